import { onTestFinished } from 'vitest';
import type { Container } from '../../src/container.ts';
import type { ForgeOptions } from '../../src/forge.ts';
import { openHost } from '../../src/host/open-host.ts';
import { hostOptions } from './open.ts';

/** The container of an open host, closed when the test ends. */
export async function host(cwd: string, more: Partial<ForgeOptions> = {}): Promise<Container> {
  const { host: opened, close } = await openHost(hostOptions(cwd, more));
  onTestFinished(() => close().catch(() => undefined));
  return opened;
}
