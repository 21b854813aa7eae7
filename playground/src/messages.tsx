// The messages of a place or a thread, with dividers between days.
import { memo, useEffect, useRef } from "react";
import { Avatar } from "./avatar";
import { Blocks } from "./blocks";
import { Mrkdwn } from "./blocks/text";
import { isBot, useScenery } from "./context";
import { clockTime, dayKey, dayName } from "./dates";
import { token } from "./memory";
import type { Member, Message } from "./types";

/** Within so long, what the same one says follows without a new name. */
const TOGETHER = 5 * 60_000;

const momentOf = (message: Message): Date => new Date(Number.parseFloat(message.ts) * 1000);

type ListProps = { label: string; messages: Message[]; openThread?: (ts: string) => void; replies?: Map<string, Message[]> };

export function MessageList({ label, messages, openThread, replies }: ListProps) {
  const { me, members, now } = useScenery();
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => showLatest(list.current), [messages.at(-1)]);

  return (
    <div className="messages" ref={list} role="log" aria-label={label} aria-live="polite" tabIndex={0}>
      {messages.map((message, index) => {
        const before = messages[index - 1];
        const at = momentOf(message);
        const isNewDay = !before || dayKey(momentOf(before), me.tz) !== dayKey(at, me.tz);
        const follows =
          !isNewDay &&
          before.by === message.by &&
          Boolean(before.ephemeral) === Boolean(message.ephemeral) &&
          at.getTime() - momentOf(before).getTime() < TOGETHER;
        return (
          <div key={message.ts}>
            {isNewDay && (
              <div className="day" role="separator">
                <span>{dayName(at, new Date(now), me.tz)}</span>
              </div>
            )}
            <OneMessage
              message={message}
              author={members.find((each) => each.id === message.by)}
              time={clockTime(at, me.tz)}
              follows={follows}
              replies={replies?.get(message.ts)?.length ?? 0}
              openThread={openThread}
            />
          </div>
        );
      })}
    </div>
  );
}

/** To the end, or to where the newest message begins, if it is longer than the screen. */
function showLatest(list: HTMLElement | null): void {
  const newest = list?.lastElementChild;
  if (!list || !newest) return;
  const top = newest.getBoundingClientRect().top - list.getBoundingClientRect().top + list.scrollTop;
  list.scrollTop = Math.min(top - 8, list.scrollHeight);
}

type OneProps = {
  message: Message;
  author: Member | undefined;
  time: string;
  follows: boolean;
  replies: number;
  openThread: ((ts: string) => void) | undefined;
};

const OneMessage = memo(function OneMessage({ message, author, time, follows, replies, openThread }: OneProps) {
  const name = author?.real_name || author?.name || "SuperOffice";
  const where = { ts: message.ts, place: message.place };
  return (
    <article className={`message${message.ephemeral ? " ephemeral" : ""}${follows ? " follows" : ""}`} data-ts={message.ts}>
      {follows ? <time className="side-time">{time}</time> : <Avatar member={author} />}
      <div className="message-body">
        {message.ephemeral && (
          <div className="only-you">
            <svg viewBox="0 0 20 20" width="13" height="13" aria-hidden="true">
              <path d="M2 10q8-9 16 0-8 9-16 0z" fill="none" stroke="currentColor" strokeWidth="1.6" />
              <circle cx="10" cy="10" r="2.4" fill="currentColor" />
            </svg>
            Only visible to you
          </div>
        )}
        <div className={follows ? "visually-hidden" : "byline"}>
          <span className="name">{name}</span>
          {(!author || isBot(author)) && <span className="app-badge">APP</span>}
          <time>{time}</time>
        </div>
        {message.blocks.length > 0 ? (
          <Blocks blocks={message.blocks} where={where} key={String(message.edited ?? 0)} />
        ) : (
          <p className="plain">
            <Mrkdwn>{message.text}</Mrkdwn>
          </p>
        )}
        {message.files?.map((file, index) => (
          <div className="file-box" key={index}>
            {file.url ? <a href={`${file.url}?token=${encodeURIComponent(token())}`}>{file.name}</a> : file.name}
          </div>
        ))}
        {message.edited ? <span className="edited">(edited)</span> : null}
        {replies > 0 && openThread && (
          <button type="button" className="replies" onClick={() => openThread(message.ts)}>
            {replies === 1 ? "1 reply" : `${replies} replies`}
          </button>
        )}
      </div>
      {openThread && !message.ephemeral && (
        <div className="hover-bar">
          <button type="button" aria-label={`Reply in thread to ${name}, ${time}`} title="Reply in thread" onClick={() => openThread(message.ts)}>
            <svg viewBox="0 0 20 20" width="16" height="16" aria-hidden="true">
              <path d="M3 4h14v9H9l-4 3.5V13H3z" fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinejoin="round" />
            </svg>
          </button>
        </div>
      )}
    </article>
  );
});
