import { definePlugin } from '@forge/plugin-api';
import { shell } from './shell.ts';

export default definePlugin({ tools: [shell] });
