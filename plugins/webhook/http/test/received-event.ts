import type { WebhookMessage } from '@forge/plugin-api';

/** A run that completed, on its way. */
export function createReceivedEvent(more: Partial<WebhookMessage>): WebhookMessage {
  return {
    id: 'msg_1',
    url: '',
    headers: {},
    secret: '',
    allowPrivate: true,
    event: {
      id: 'e1',
      traceId: 'r1',
      seq: 1,
      timestamp: 1,
      type: 'run.completed',
      source: 'kernel',
      payload: { summary: 'Logins are limited', proof: '' },
      fence: 1,
      previousHash: 'a',
      hash: 'b',
    },
    run: {
      id: 'r1',
      task: 'limit logins',
      repository: '/home/ada/app',
      status: 'completed',
      branch: 'forge/r1',
      costUsd: 0,
      tokens: 0,
      createdAt: 1,
      updatedAt: 1,
      lastSeq: 1,
      lastHash: 'b',
      stopRequested: false,
    },
    ...more,
  };
}
