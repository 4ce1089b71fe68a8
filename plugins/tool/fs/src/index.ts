import { definePlugin } from '@forge/plugin-api';
import { createFsEdit } from './fs-edit.ts';
import { fsGlob } from './fs-glob.ts';
import { fsGrep } from './fs-grep.ts';
import { fsList } from './fs-list.ts';
import { fsRead } from './fs-read.ts';
import { createFsWrite } from './fs-write.ts';

export default definePlugin({
  setup: (ctx) => {
    const temporaryName = () => `.forge-${ctx.newId()}.tmp`;
    return { tools: [fsRead, createFsWrite(temporaryName), createFsEdit(temporaryName), fsList, fsGlob, fsGrep] };
  },
});
