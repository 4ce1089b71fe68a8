import { busContract } from '../../src/contracts/index.ts';
import { createMemoryBus } from '../../src/fakes/index.ts';

busContract({ name: 'memory', create: () => ({ bus: createMemoryBus() }) });
