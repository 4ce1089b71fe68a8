import { parentPort, workerData } from 'node:worker_threads';

// Opens well, answers nothing, and fails in the way that its file is named after.
const ways: Record<string, () => void> = {
  '/throws': () => {
    throw new Error('out of order');
  },
  '/exits': () => process.exit(0),
};

parentPort?.once('message', () => ways[(workerData as { file: string }).file]?.());
parentPort?.postMessage({ schemaVersion: 1 });
