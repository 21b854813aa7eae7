// The workspace: who one is, the conversations, the app.
import { Avatar } from "./avatar";
import type { Member, Place } from "./types";

type Props = {
  team: string;
  me: Member;
  members: Member[];
  places: Place[];
  current: string;
  go: (place: string) => void;
  become: (member: string) => void;
};

const ROLES: Record<string, string> = { guest: "guest", partner: "partner company", admin: "admin", manager: "manager", seller: "seller" };

export function Sidebar({ team, me, members, places, current, go, become }: Props) {
  const of = (...kinds: Place["kind"][]) => places.filter((each) => kinds.includes(each.kind));
  return (
    <nav className="sidebar" aria-label="Workspace">
      <div className="workspace">
        <strong>{team}</strong>
        <label className="who">
          <Avatar member={me} small />
          <span className="visually-hidden">You are</span>
          <select value={me.id} onChange={(event) => become(event.target.value)}>
            {members
              .filter((each) => each.role !== "app" && each.role !== "bot")
              .map((each) => (
                <option key={each.id} value={each.id}>
                  {`${each.real_name} · ${ROLES[each.role] ?? each.role}`}
                </option>
              ))}
          </select>
        </label>
      </div>
      <Group name="Channels" places={of("channel", "private")} current={current} go={go} />
      <Group name="Direct messages" places={of("dm")} current={current} go={go} />
      <Group name="Apps" places={of("app")} current={current} go={go} />
    </nav>
  );
}

function Group({ name, places, current, go }: { name: string; places: Place[]; current: string; go: (place: string) => void }) {
  if (places.length === 0) return null;
  return (
    <section>
      <h2>{name}</h2>
      <ul>
        {places.map((place) => (
          <li key={place.id}>
            <button
              type="button"
              className={`place${place.unread ? " unread" : ""}`}
              aria-current={place.id === current ? "page" : undefined}
              onClick={() => go(place.id)}
            >
              <Sign place={place} />
              <span className="place-name">{place.name}</span>
              <Badges place={place} />
              {place.unread ? (
                <span className="count">
                  {place.unread}
                  <span className="visually-hidden"> unread</span>
                </span>
              ) : null}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function Badges({ place }: { place: Place }) {
  return (
    <>
      {place.external && <span className="badge">shared</span>}
      {place.guests && <span className="badge">guests</span>}
      {place.archived && <span className="badge">archived</span>}
    </>
  );
}

export function Sign({ place }: { place: Place }) {
  if (place.kind === "app") return <Avatar member={undefined} small />;
  if (place.kind === "private")
    return (
      <svg className="sign" viewBox="0 0 20 20" width="15" height="15" role="img" aria-label="private">
        <path d="M6 9V6.5a4 4 0 018 0V9m-9.5 0h11v7.5h-11z" fill="none" stroke="currentColor" strokeWidth="1.6" />
      </svg>
    );
  return (
    <span className="sign" aria-hidden="true">
      {place.kind === "dm" ? "●" : "#"}
    </span>
  );
}
