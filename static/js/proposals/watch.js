// A page about a proposal that changes with it: its regions marked data-live are drawn anew.
import { given } from "../core/given.js";
import { Connection } from "../core/socket.js";
import { Channel } from "../live/channel.js";
import { refetch } from "./fresh.js";

const SPREAD = 2000;
let refreshing = 0;

new Channel(new Connection(), `proposal:${given.page.proposal}`, given.page.revision, {
  onChanges: () => {
    window.clearTimeout(refreshing);
    refreshing = window.setTimeout(() => void refetch(), Math.random() * SPREAD);
  },
  onReload: refetch,
});
