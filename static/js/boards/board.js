// The board as the parts of this page share it: who is here, what stands where, and how a wish is sent.
import { Actions } from "../core/actions.js";
import { Outbox } from "../core/outbox.js";
import { Lists } from "./lists.js";
import { Person } from "./person.js";
import { Tabs } from "./tabs.js";
import { complain } from "./switches.js";
import { problem } from "../ideas/problem.js";

/** @typedef {import("../core/given.js").Given} Given */
/** @typedef {import("../core/socket.js").Connection} Connection */

export class Board {
  facts;
  member;
  connection;
  outbox;
  lists;
  person;
  actions;
  tabs;
  // Set by show.js once they are there: each needs the board first.
  /** @type {import("../live/channel.js").Channel} */
  channel = /** @type {any} */ (null);
  /** @type {import("../ideas/notices.js").Notices} */
  notices = /** @type {any} */ (null);
  /** @type {(card: HTMLElement) => void} marks on a card what is this person's */
  dress = () => {};
  /** @type {() => void} asks what this person may do now */
  askRights = () => {};

  /**
   * @param {HTMLElement} root
   * @param {Given} given
   * @param {Connection} connection
   */
  constructor(root, given, connection) {
    /** @type {import("../core/given.js").BoardPageData} */
    const page = given.page;
    const columns = root.querySelector("#columns");
    if (!(columns instanceof HTMLElement)) throw new Error("A board without columns");
    this.facts = page.board;
    this.member = given.member;
    this.connection = connection;
    this.outbox = new Outbox(connection, given.member);
    this.lists = new Lists(columns);
    this.person = new Person(page.own, page.state ?? {});
    this.actions = new Actions(root);
    this.tabs = new Tabs(columns, page.board.id);
    this.outbox.listen({
      onRefused: (write, refused) => {
        // Posts, edits and votes show their refusals themselves.
        if (write.spoken || write.event.startsWith("vote:")) return;
        const card = write.payload["idea"] ? this.lists.card(write.payload["idea"]) : null;
        if (write.event === "idea:withdraw") this.notices.back(write.payload["idea"]);
        if (card) {
          this.lists.place(card);
          this.dress(card);
          problem(card, refused.message);
        } else {
          if (write.event.startsWith("cluster:")) this.lists.sort();
          complain(refused.message);
        }
      },
      onDone: (write) => {
        if (write.event.startsWith("idea:") && write.event !== "idea:post") {
          const card = this.lists.card(write.payload["idea"]);
          if (card) this.dress(card);
        }
      },
    });
  }

  /** What is no text and no vote: kept and repeated like every write. @param {string} event @param {Record<string, any>} payload @param {number} [idea] */
  send(event, payload, idea) {
    this.outbox.put(event, payload, { thing: idea === undefined ? event : `idea:${idea}`, about: { board: this.facts.id } });
  }
}
