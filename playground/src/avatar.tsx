// Faces: initials on a colour of the person's own, and the app's sign.
import { isBot } from "./context";
import type { Member } from "./types";

const HUES = 7;

export function Avatar({ member, small }: { member: Member | undefined; small?: boolean }) {
  const size = small ? "avatar small" : "avatar";
  if (!member || isBot(member)) {
    return (
      <span className={`${size} app`} aria-hidden="true">
        <svg viewBox="0 0 36 36">
          <path d="M9 25V11h4v14zm7 0v-9h4v9zm7 0V8h4v17z" />
        </svg>
      </span>
    );
  }
  const initials = member.real_name
    .split(/\s+/)
    .map((each) => each[0])
    .slice(0, 2)
    .join("");
  const hue = [...member.id].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % HUES;
  return (
    <span className={`${size} hue-${hue}`} aria-hidden="true">
      {initials}
    </span>
  );
}
