import { startModelServer } from './start-model-server.ts';

/** An address on loopback where nobody listens: connections to it are refused. */
export async function unusedUrl(): Promise<string> {
  const server = await startModelServer();
  await server.close();
  return server.url;
}
