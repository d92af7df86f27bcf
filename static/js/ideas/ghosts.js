// Ideas that are not on the server yet, or were refused: a card of their own, until the real one is there.
import { answer as speak } from "../core/announce.js";
import { all, copyOf, find, need } from "../core/find.js";
import { say } from "../core/given.js";
import { textOf } from "../boards/lists.js";

/** @typedef {import("../boards/board.js").Board} Board */
/** @typedef {import("../core/outbox.js").Write} Write */

const AT_ONCE = 700;

export class Ghosts {
  /** @type {Board} */
  #board;

  /** @param {Board} board @param {import("./composing.js").Composing} composing */
  constructor(board, composing) {
    this.#board = board;
    for (const write of board.outbox.kept("idea:post")) if (this.#ours(write)) this.#show(write);
    board.outbox.listen({
      onKept: (write) => { if (this.#ours(write)) this.#show(write); },
      onRefused: (write, refused) => {
        if (!this.#ours(write)) return;
        this.#show(write);
        speak(refused.message);
      },
      onDropped: (write) => this.#ghost(write.key)?.remove(),
      onDone: (write, done) => { if (this.#ours(write)) this.#posted(write, done["idea"]); },
    });
    board.actions.on("ghost-edit", (button) => {
      const write = this.#write(button);
      if (write) composing.instead(write);
    });
    board.actions.on("ghost-copy", (button) => {
      const card = button.closest(".ghost");
      if (card) void copy(textOf(card));
    });
    board.actions.on("ghost-drop", (button) => {
      const write = this.#write(button);
      if (write) board.outbox.drop(write.key);
      board.lists.count();
    });
  }

  /** The real card has come: its ghost goes. @param {HTMLElement} card */
  arrived(card) {
    for (const ghost of all(document, `.ghost[data-became="${card.dataset["idea"]}"]`)) ghost.remove();
  }

  /** @param {Write} write */
  #ours(write) {
    return write.event === "idea:post" && write.payload["board"] === this.#board.facts.id;
  }

  /** @param {string} key */
  #ghost(key) {
    return find(document, `.ghost[data-key="${key}"]`, HTMLElement);
  }

  /** @param {Element} button */
  #write(button) {
    const key = button.closest(".ghost")?.getAttribute("data-key");
    return this.#board.outbox.kept("idea:post").find((write) => write.key === key) ?? null;
  }

  /** @param {Write} write */
  #show(write) {
    const list = this.#board.lists.listOfColumn(write.payload["column"] ?? this.#board.tabs.column);
    if (!list) return;
    let ghost = this.#ghost(write.key);
    if (!ghost) {
      ghost = copyOf("ghost-template");
      ghost.dataset["key"] = write.key;
      need(ghost, ".card-text", HTMLElement).textContent = write.payload["text"];
      list.append(ghost);
      if (Date.now() - write.made < 1000) ghost.scrollIntoView({ block: "nearest" });
      this.#board.lists.count();
    }
    ghost.dataset["refused"] = write.refused ? "yes" : "";
    const line = need(ghost, ".ghost-line", HTMLElement);
    need(ghost, ".form-end", HTMLElement).hidden = !write.refused;
    if (write.refused) {
      line.textContent = write.refused.message;
      return;
    }
    const shown = ghost;
    // Usually the answer is here before anybody could read this.
    if (!line.textContent) line.textContent = say("sending");
    window.setTimeout(() => {
      if (shown.isConnected && !shown.dataset["became"] && shown.dataset["refused"] !== "yes") line.textContent = say("not_sent_yet");
    }, Math.max(0, AT_ONCE - (Date.now() - write.made)));
  }

  /** @param {Write} write @param {{id?: number}|undefined} idea */
  #posted(write, idea) {
    const ghost = this.#ghost(write.key);
    const id = idea?.id;
    if (id !== undefined) this.#board.person.wrote(id);
    const card = id === undefined ? null : this.#board.lists.card(id);
    if (card) this.#board.dress(card);
    if (card || id === undefined) {
      ghost?.remove();
      this.#board.lists.count();
      return;
    }
    if (!ghost) return;
    ghost.dataset["became"] = String(id);
    need(ghost, ".ghost-line", HTMLElement).textContent = "";
    // Saved, only the news of it got lost: ask.
    window.setTimeout(() => {
      if (!ghost.isConnected) return;
      void this.#board.channel.catchUp().then(() => window.setTimeout(() => ghost.remove(), 4000));
    }, 2000);
  }
}

/** Also without https, where there is no clipboard to write to. @param {string} text */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const field = document.createElement("textarea");
    field.value = text;
    (document.querySelector("dialog[open]") ?? document.body).append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
  speak(say("copied"));
}
