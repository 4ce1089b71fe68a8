import { defineTool, type Tool, z } from '@forge/plugin-api';
import type { SimProcess } from './sim-process.ts';
import type { SimWorld } from './sim-world.ts';

const mostMs = 2_000;
const thing = z.strictObject({ what: z.string() });

/** One tool for each effect, as one process uses them. */
export function simTools(world: SimWorld, process: SimProcess): readonly Tool[] {
  const { outside, disk } = world;
  const happened = (key: string) => outside.some((effect) => effect.key === key);
  return [
    defineTool({
      name: 'look',
      description: 'Reads a file',
      schema: { input: z.strictObject({ path: z.string() }), output: z.string() },
      effect: 'read',
      execute: ({ path }) => process.act(mostMs, () => path),
    }),
    defineTool({
      name: 'append',
      description: 'Adds a line to a file: twice is once too often',
      schema: { input: z.strictObject({ path: z.string(), line: z.string() }), output: z.string() },
      effect: 'workspace',
      async execute({ path, line }, { workspace, exec }) {
        const write = (text: string) =>
          process.act(mostMs, () => {
            const files = disk.checkoutAt(workspace)?.files;
            if (files !== undefined) files[path] = `${files[path] ?? ''}${text}`;
          });
        // In steps, so that it can be cut in the middle.
        await write(line);
        await exec({ file: 'true', args: [] });
        // What a tool does after a standstill in its middle, nobody but itself can hold back.
        if (await isOvertaken(world, process)) throw new Error('It is too late');
        await write('\n');
        return 'added';
      },
    }),
    defineTool({
      name: 'pay',
      description: 'Pays for something',
      schema: { input: thing, output: z.string() },
      effect: world.bug === 'pays again' ? 'keyed' : 'once',
      execute: ({ what }, { idempotencyKey: key }) =>
        process.act(mostMs, () => {
          outside.push({ tool: 'pay', what, key });
          return 'paid';
        }),
      probe: (key) =>
        process.act(mostMs, () => ({ done: happened(key) && world.bug !== 'pays again', output: 'paid' })),
    }),
    defineTool({
      name: 'publish',
      description: 'Publishes something; the same key again changes nothing',
      schema: { input: thing, output: z.string() },
      effect: 'keyed',
      execute: ({ what }, { idempotencyKey: key }) =>
        process.act(mostMs, () => {
          if (!happened(key)) outside.push({ tool: 'publish', what, key });
          return 'published';
        }),
    }),
    defineTool({
      name: 'sign',
      description: 'Signs something; nobody but a person can find out whether it did',
      schema: { input: thing, output: z.string() },
      effect: world.bug === 'signs again' ? 'keyed' : 'once',
      execute: ({ what }, { idempotencyKey: key }) =>
        process.act(mostMs, () => {
          outside.push({ tool: 'sign', what, key });
          return 'signed';
        }),
    }),
  ];
}

async function isOvertaken({ store }: SimWorld, { owner }: SimProcess): Promise<boolean> {
  const [run] = await store.listRuns();
  const lease = run && (await store.readLease(run.id));
  // Who overtook it may have given the run back by now.
  return lease?.owner.id !== owner.id;
}
