// One conversation: its header, its messages or the app's Home tab, and the composer.
import { useMemo, useState } from "react";
import { Blocks } from "./blocks";
import { HoldingContext, useHolding } from "./blocks/held";
import { Composer } from "./composer";
import { memory } from "./memory";
import { MessageList } from "./messages";
import { Badges, Sign } from "./sidebar";
import type { Hint, Message, Place, View } from "./types";
import { Welcome } from "./welcome";

type Tab = "home" | "messages";
type Props = {
  place: Place;
  messages: Message[];
  home: View | null;
  tab: Tab;
  setTab: (tab: Tab) => void;
  hints: Hint[];
  draft: string;
  setDraft: (text: string) => void;
  send: (text: string) => void;
  openThread: (ts: string) => void;
  invite: () => void;
  tomorrow: () => void;
};

export function Conversation(props: Props) {
  const { place, messages, home, tab, setTab } = props;
  const [welcome, setWelcome] = useState(memory.get("welcome") !== "hidden");
  const isApp = place.kind === "app";
  const name = isApp || place.kind === "dm" ? place.name : `#${place.name}`;
  const people = Array.isArray(place.members) ? place.members.length : place.members;
  const [top, replies] = useMemo(() => threads(messages), [messages]);
  const hide = () => {
    memory.set("welcome", "hidden");
    setWelcome(false);
  };
  return (
    <main className="conversation" aria-label={name}>
      <header>
        <h2>
          <Sign place={place} />
          {place.name}
        </h2>
        <Badges place={place} />
        {!isApp && <span className="detail members">{people} members</span>}
        {!isApp && place.bot === false && !place.archived && (
          <button type="button" className="button tiny" onClick={props.invite}>
            Invite SuperOffice
          </button>
        )}
        {isApp && <Tabs tab={tab} setTab={setTab} />}
      </header>
      {isApp && tab === "home" ? (
        <Home home={home} />
      ) : (
        <>
          <MessageList label={`Messages in ${name}`} messages={top} replies={replies} openThread={props.openThread} />
          {welcome && !isApp && !place.read_only && <Welcome isBrief={messages.length > 0} fill={props.setDraft} tomorrow={props.tomorrow} dismiss={hide} />}
          {place.read_only ? (
            <p className="read-only">{place.read_only}</p>
          ) : (
            <Composer
              label={`Message ${name}`}
              hints={props.hints}
              draft={props.draft}
              setDraft={props.setDraft}
              send={props.send}
              focusOn={place.id}
            />
          )}
        </>
      )}
    </main>
  );
}

function Tabs({ tab, setTab }: { tab: Tab; setTab: (tab: Tab) => void }) {
  const all: [Tab, string][] = [
    ["home", "Home"],
    ["messages", "Messages"],
  ];
  return (
    <div className="tabs" role="group" aria-label="Tabs of the app">
      {all.map(([id, label]) => (
        <button type="button" key={id} aria-pressed={tab === id} onClick={() => setTab(id)}>
          {label}
        </button>
      ))}
    </div>
  );
}

function Home({ home }: { home: View | null }) {
  const holding = useHolding();
  return (
    <div className="home" tabIndex={-1} aria-label="Home tab" role="region">
      {home ? (
        <HoldingContext.Provider value={holding}>
          <Blocks blocks={home.blocks} where={{ view: home.id }} />
        </HoldingContext.Provider>
      ) : (
        <p className="detail">The app has published no Home tab.</p>
      )}
    </div>
  );
}

/** Messages of the conversation itself, and the replies of each thread. A thread's ephemerals stay in the thread. */
function threads(messages: Message[]): [Message[], Map<string, Message[]>] {
  const replies = new Map<string, Message[]>();
  const top = messages.filter((each) => !each.thread_ts || each.thread_ts === each.ts);
  for (const each of messages) {
    if (each.thread_ts && each.thread_ts !== each.ts) {
      replies.set(each.thread_ts, [...(replies.get(each.thread_ts) ?? []), each]);
    }
  }
  return [top, replies];
}
