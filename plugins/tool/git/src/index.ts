import { definePlugin } from '@forge/plugin-api';
import { gitDiff } from './git-diff.ts';
import { gitLog } from './git-log.ts';
import { gitShow } from './git-show.ts';
import { gitStatus } from './git-status.ts';

export default definePlugin({ tools: [gitStatus, gitDiff, gitLog, gitShow] });
