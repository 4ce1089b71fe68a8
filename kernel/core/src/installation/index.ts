export { type CreatedPlugin, createPlugin, type CreatePluginRequest } from '../creation/create-plugin.ts';
export {
  type FailedTest,
  testPlugin,
  type TestCounts,
  type TestedContribution,
  type TestedPlugin,
} from '../authoring/test-plugin.ts';
export { type LoadedFolder, loadFolder, type LoadFolderRequest } from '../authoring/load-folder.ts';
export { watchFolder } from '../authoring/watch-folder.ts';
export { type ExaminedPlugin, type Examination, examinePlugins } from '../inspection/examine-plugins.ts';
export { type ListedPlugin, listPlugins, type PluginListing } from '../inspection/list-plugins.ts';
export type { PluginParts } from '../inspection/plugin-parts.ts';
export { type PluginState, pluginStates } from '../inspection/plugin-state.ts';
export { type AddedPlugin, addPlugin, type AddPluginRequest } from './add-plugin.ts';
export { type FrozenPlugins, installLocked } from './install-locked.ts';
export type { PluginProposal } from './look-at-plugin.ts';
export type { OptionQuestion } from './plugin-options.ts';
export { bringsOf, permissionWords } from './plugin-words.ts';
export { removePlugin, type RemovedPlugin, type RemovePluginRequest } from './remove-plugin.ts';
export { runToItsEnd } from './run-program.ts';
export { type FoundPackage, searchPlugins } from './search-plugins.ts';
export { switchPlugin, type SwitchedPlugin } from './switch-plugin.ts';
export { updateSpec } from './update-spec.ts';
