import { definePlugin } from '@forge/plugin-api';
import { gitBranchDeployer } from './git-branch-deployer.ts';

export default definePlugin({ deployers: [gitBranchDeployer] });
