import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads';
import { faultFrom } from './fault.ts';
import { Owner } from './owner.ts';
import type { Request, WorkerSettings, WorkerStart } from './protocol.ts';

if (parentPort !== null) serve(parentPort, workerData as WorkerSettings);

function serve(port: MessagePort, settings: WorkerSettings): void {
  const owner = open(port, settings);
  if (owner === undefined) return;
  port.on('message', (first: Request[]) => {
    const requests = [...first, ...waiting(port)];
    const replies = owner.answer(requests);
    if (replies.length > 0) port.postMessage(replies);
    if (!requests.some((request) => request.kind === 'close')) return;
    owner.close();
    port.close();
  });
}

function open(port: MessagePort, settings: WorkerSettings): Owner | undefined {
  try {
    const owner = new Owner(settings);
    port.postMessage({ schemaVersion: owner.schemaVersion } satisfies WorkerStart);
    return owner;
  } catch (error) {
    // With nothing left to listen to the thread ends, which closes the file.
    port.postMessage({ fault: faultFrom(error, settings.file).fault } satisfies WorkerStart);
    return undefined;
  }
}

/** What arrived while the last group was being committed: the next group. */
function waiting(port: MessagePort): Request[] {
  const requests: Request[] = [];
  for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port)) {
    requests.push(...(next.message as Request[]));
  }
  return requests;
}
