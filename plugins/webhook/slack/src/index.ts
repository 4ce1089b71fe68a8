import { definePlugin } from '@forge/plugin-api';
import { createSlackSender } from './slack-sender.ts';

export default definePlugin({ setup: ({ clock }) => ({ webhooks: [createSlackSender({ clock })] }) });
