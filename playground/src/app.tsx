// The page: sidebar, conversation, thread, panel; modals and toasts above them.
import { useCallback, useEffect, useMemo, useState } from "react";
import { Composer } from "./composer";
import { useConnection } from "./connection";
import { type Scenery, SceneryContext } from "./context";
import { Conversation } from "./conversation";
import { Confirming } from "./dialog";
import { Modals } from "./modal";
import { MessageList } from "./messages";
import { Panel } from "./panel";
import { Sidebar } from "./sidebar";
import { useTheme } from "./theme";
import type { Json, View, Where } from "./types";
import { memory, wide } from "./memory";

export function App() {
  const [theme, toggleTheme] = useTheme();
  const [place, setPlace] = useState(memory.get("place"));
  const [tab, setTab] = useState<"home" | "messages">("home");
  const [thread, setThread] = useState<string | null>(null);
  const [drawer, setDrawer] = useState(false);
  const [panel, setPanel] = useState(wide());
  const [drafts, setDrafts] = useState<{ [place: string]: string }>({});
  const { state, change, ask, toasts, dismiss } = useConnection(() => ({ member: memory.get("member"), place: memory.get("place") }));
  const { me, places } = state;

  const current = places.find((each) => each.id === place) ?? places.find((each) => each.kind === "channel") ?? places[0];
  const currentId = current?.id ?? "";
  const showsHome = current?.kind === "app" && tab === "home";

  useEffect(() => {
    if (me.id === "" || currentId === "") return;
    memory.set("member", me.id);
    memory.set("place", currentId);
    void ask("open", { place: showsHome ? "home" : currentId });
    change({ kind: "read", place: currentId });
  }, [me.id, currentId, showsHome, state.online]);

  const go = useCallback((id: string) => {
    setPlace(id);
    setThread(null);
    setDrawer(false);
  }, []);
  const togglePanel = () => {
    setPanel(!panel || thread !== null);
    setThread(null);
  };
  const become = (member: string) => {
    setThread(null);
    void ask("as", { member });
  };
  const press = useCallback(async (where: Where, action: Json) => void (await ask("press", { ...where, ...action })), [ask]);
  const options = useCallback(
    async (where: Where, action: Json): Promise<Json[]> => {
      const answer = await ask("options", { ...where, ...action });
      return answer?.options ?? (answer?.option_groups ?? []).flatMap((group: Json) => group.options);
    },
    [ask],
  );
  const scenery: Scenery = useMemo(
    () => ({ theme, me, members: state.members, places, now: state.now, press, options, goTo: go }),
    [theme, me, state.members, places, state.now, press, options, go],
  );

  const send = (text: string, inThread?: string) => ask("type", { place: currentId, text, ...(inThread ? { thread: inThread } : {}) });
  const submit = async (view: View, values: Json) => (await ask("submit", { view: view.id, values })) ?? {};
  const close = (view: View, all = false) => {
    for (const each of all ? state.modals : [view]) change({ kind: "closed", view: each.id });
    void ask("close", { view: view.id, all });
  };
  const act = async (what: string, more: Json = {}) => {
    const answer = await (what === "login" ? ask("login") : ask("panel", { what, ...more }));
    return answer?.words ? String(answer.words) : "";
  };
  const tomorrow = async () => {
    await act("tomorrow");
    const app = places.find((each) => each.kind === "app");
    if (!app) return;
    setTab("messages");
    go(app.id);
  };
  const messages = state.messages[currentId] ?? [];
  const parent = messages.find((each) => each.ts === thread);
  const draftOf = (id: string) => ({ draft: drafts[id] ?? "", setDraft: (text: string) => setDrafts((old) => ({ ...old, [id]: text })) });

  return (
    <SceneryContext.Provider value={scenery}>
      <Confirming>
        <div className={`page${drawer ? " with-drawer" : ""}${panel ? " with-panel" : ""}${parent ? " with-thread" : ""}`}>
          <header className="top">
            <button type="button" className="icon menu-button" aria-label="Channels" aria-expanded={drawer} onClick={() => setDrawer(!drawer)}>
              ☰
            </button>
            <h1>
              superoffice-slack <span>playground</span>
            </h1>
            {!state.online && <span className="offline" role="status">Connecting…</span>}
            <button type="button" className="icon" aria-label={theme === "dark" ? "Light theme" : "Dark theme"} onClick={toggleTheme}>
              {theme === "dark" ? "☀" : "☾"}
            </button>
            <button type="button" className="icon" aria-label="Behind the scenes" aria-pressed={panel} onClick={togglePanel}>
              ⚙
            </button>
          </header>
          <Sidebar team={state.team} me={me} members={state.members} places={places} current={currentId} go={go} become={become} />
          {current && (
            <Conversation
              key={`${me.id} ${currentId}`}
              place={current}
              messages={messages}
              home={state.home}
              tab={tab}
              setTab={setTab}
              hints={state.hints}
              {...draftOf(currentId)}
              send={(text) => void send(text)}
              openThread={setThread}
              tomorrow={() => void tomorrow()}
              invite={() => void ask("invite", { place: currentId })}
            />
          )}
          {parent && (
            <aside className="thread" aria-label="Thread">
              <header>
                <h2>Thread</h2>
                <button type="button" className="icon" aria-label="Close the thread" onClick={() => setThread(null)}>
                  ×
                </button>
              </header>
              <MessageList label="Replies" messages={[parent, ...messages.filter((each) => each.thread_ts === thread && each.ts !== thread)]} />
              {!current?.read_only && (
                <Composer label="Reply…" hints={[]} {...draftOf(`${currentId} ${thread}`)} send={(text) => void send(text, thread ?? undefined)} focusOn={thread ?? ""} />
              )}
            </aside>
          )}
          {panel && (
            <Panel
              me={me}
              panel={state.panel}
              offset={state.offset}
              wire={state.wire}
              act={act}
              close={() => setPanel(false)}
            />
          )}
          {drawer && <button type="button" className="veil" aria-label="Close the channels" onClick={() => setDrawer(false)} />}
        </div>
        <Modals stack={state.modals} submit={submit} close={close} />
        <div className="toasts" role="status" aria-live="polite">
          {toasts.map((toast) => (
            <div className="toast" key={toast.id}>
              {toast.text}
              <button type="button" aria-label="Dismiss" onClick={() => dismiss(toast.id)}>
                ×
              </button>
            </div>
          ))}
        </div>
      </Confirming>
    </SceneryContext.Provider>
  );
}
