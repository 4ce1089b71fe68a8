import { definePlugin } from '@forge/plugin-api';
import { fsEdit } from './fs-edit.ts';
import { fsGlob } from './fs-glob.ts';
import { fsGrep } from './fs-grep.ts';
import { fsList } from './fs-list.ts';
import { fsRead } from './fs-read.ts';
import { fsWrite } from './fs-write.ts';

export default definePlugin({ tools: [fsRead, fsWrite, fsEdit, fsList, fsGlob, fsGrep] });
