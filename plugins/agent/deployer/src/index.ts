import { definePlugin } from '@forge/plugin-api';
import { deployer } from './deployer.ts';

export default definePlugin({ agents: [deployer] });
