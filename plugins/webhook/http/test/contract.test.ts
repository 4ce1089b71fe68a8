import { webhookContract } from '@forge/testkit/contracts';
import { createVirtualClock } from '@forge/testkit/fakes';
import { createHttpSender } from '../src/http-sender.ts';

webhookContract({ name: 'http', create: () => ({ sender: createHttpSender({ clock: createVirtualClock() }) }) });
