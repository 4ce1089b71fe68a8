import type { ForgeEvent } from '@forge/plugin-api';
import { createSampleThing } from './src/sample-thing.ts';

// npm run play
const bus = createSampleThing(console.error);
await bus.subscribe('agent.*', (event) => console.log('heard', event.seq, event.type));
const event = (seq: number, type: string) => ({ traceId: 'r1', seq, type, payload: {} }) as unknown as ForgeEvent;
await bus.publish([event(1, 'run.started'), event(2, 'agent.note'), event(3, 'agent.progress')]);
