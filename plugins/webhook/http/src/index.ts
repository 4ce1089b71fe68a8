import { definePlugin } from '@forge/plugin-api';
import { createHttpSender } from './http-sender.ts';

export default definePlugin({ setup: ({ clock }) => ({ webhooks: [createHttpSender({ clock })] }) });
