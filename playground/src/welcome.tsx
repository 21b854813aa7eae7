// The first visit: three lines that say what to do, each with its button.

const TODAY = "/superoffice today";
const DIGEST = "/superoffice digest at 08:00 weekdays";
const HELP = "/superoffice help";

type Props = { isBrief: boolean; fill: (draft: string) => void; tomorrow: () => void; dismiss: () => void };

/** In full while nothing stands in the conversation; then only the buttons. */
export function Welcome({ isBrief, fill, tomorrow, dismiss }: Props) {
  const button = (label: string, act: () => void, tiny: boolean) => (
    <button type="button" className={tiny ? "button tiny" : "button"} onClick={act}>
      {label}
    </button>
  );
  if (isBrief) {
    return (
      <section className="welcome brief" aria-label="What to try">
        <span className="detail">Try</span>
        {button("Today", () => fill(TODAY), true)}
        {button("Digest at 08:00", () => fill(DIGEST), true)}
        {button("Go to Tomorrow", tomorrow, true)}
        {button("Help", () => fill(HELP), true)}
        <button type="button" className="icon" aria-label="Hide this" onClick={dismiss}>
          ×
        </button>
      </section>
    );
  }
  return (
    <section className="welcome" aria-label="How to begin">
      <h2>A small Slack, a SuperOffice, and the real bot between them</h2>
      <ol>
        <li>
          <span>
            Type <code>{TODAY}</code>: what happened on your companies. The bot first asks you to link SuperOffice.
          </span>
          {button("Today", () => fill(TODAY), false)}
        </li>
        <li>
          <span>
            Then <code>{DIGEST}</code>: the same by itself, as a direct message.
          </span>
          {button("Digest at 08:00", () => fill(DIGEST), false)}
        </li>
        <li>
          <span>Do not wait for it: let it be tomorrow, and read the digest now.</span>
          {button("Go to Tomorrow", tomorrow, false)}
        </li>
      </ol>
      <p className="detail">
        Everybody and everything here is made up, and nothing leaves this machine.{" "}
        <button type="button" className="plain-link" onClick={dismiss}>
          Hide this
        </button>
      </p>
    </section>
  );
}
