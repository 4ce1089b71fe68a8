import { webhookContract } from '@forge/testkit/contracts';
import { createVirtualClock } from '@forge/testkit/fakes';
import { createSlackSender } from '../src/slack-sender.ts';

webhookContract({ name: 'slack', create: () => ({ sender: createSlackSender({ clock: createVirtualClock() }) }) });
