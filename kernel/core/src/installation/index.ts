export { type CreatedPlugin, createPlugin, type CreatePluginRequest } from '../creation/create-plugin.ts';
export { type AddedPlugin, addPlugin, type AddPluginRequest } from './add-plugin.ts';
export type { PluginProposal } from './look-at-plugin.ts';
export type { OptionQuestion } from './plugin-options.ts';
export { removePlugin, type RemovedPlugin, type RemovePluginRequest } from './remove-plugin.ts';
export { updateSpec } from './update-spec.ts';
