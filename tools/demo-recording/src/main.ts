import { writeFileSync } from 'node:fs';
import { dialogues } from './dialogues.ts';
import { recordingOf } from './recording.ts';

writeFileSync(new URL('../../../apps/cli/demo/recording.jsonl', import.meta.url), recordingOf(dialogues));
