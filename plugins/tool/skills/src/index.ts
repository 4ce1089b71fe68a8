import { definePlugin } from '@forge/plugin-api';
import { createSkillRead } from './skill-read.ts';

export default definePlugin({
  async setup({ skills, log }) {
    const { skills: found, faults } = await skills.list();
    for (const { message, details } of faults) log.warn(message, { fix: details.fix });
    return { tools: [createSkillRead(found, skills)] };
  },
});
