import { definePlugin } from '@forge/plugin-api';
import { processSandbox } from './process-sandbox.ts';

export default definePlugin({ sandboxes: [processSandbox] });
