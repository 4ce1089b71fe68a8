import { definePlugin } from '@forge/plugin-api';
import type { Channel } from './channel.ts';
import { createSampleThing } from './sample-thing.ts';

export default definePlugin({
  setup({ interaction }) {
    // Put what reaches your people here: a chat, a ticket, a pager.
    const channel: Channel = {
      isOpen: () => interaction.interactive,
      ask: (text, signal) => interaction.ask({ title: text }, signal),
    };
    return { gates: [createSampleThing(channel)] };
  },
});
