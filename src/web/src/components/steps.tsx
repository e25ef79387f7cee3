import { t } from "../text";
import { Icon } from "./icon";

// Where one is in a form of several steps; those before can be gone back to.
export function Steps({ names, at, onStep }: { names: string[]; at: number; onStep: (index: number) => void }) {
  return (
    <nav class="dads-steps" aria-label={t("steps.label")}>
      <ol>
        {names.map((name, index) => (
          <li key={name} data-state={index < at ? "done" : index === at ? "current" : "ahead"}>
            <button type="button" onClick={() => onStep(index)} aria-current={index === at ? "step" : undefined}>
              <span class="dads-steps__mark">{index < at ? <Icon name="check" /> : index + 1}</span>
              <span class="dads-steps__name">{name}</span>
              {index < at && <span class="dads-hidden">{t("steps.done")}</span>}
            </button>
          </li>
        ))}
      </ol>
    </nav>
  );
}
