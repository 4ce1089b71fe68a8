import { configLayerSchema, z } from '@forge/plugin-api';
import type { CommandCall, CommandEnd } from '../command.ts';

export default async function configSchema({ printer }: CommandCall): Promise<CommandEnd> {
  const schema = z.toJSONSchema(configLayerSchema, { io: 'input', unrepresentable: 'any' });
  printer.print({ type: 'schema', schema }, JSON.stringify(schema, undefined, 2));
}
