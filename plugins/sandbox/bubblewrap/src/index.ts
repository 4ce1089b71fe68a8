import { definePlugin } from '@forge/plugin-api';
import { bubblewrapSandbox } from './bubblewrap-sandbox.ts';

export default definePlugin({ sandboxes: [bubblewrapSandbox] });
