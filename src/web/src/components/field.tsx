// Form controls with their label, what helps, and what is wrong, tied together for whoever hears the page.
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { now } from "../clock";
import { fullTime, japaneseParts, japaneseTime } from "../format";
import { t } from "../text";
import { Icon } from "./icon";

export interface FieldLook {
  label: string;
  help?: ComponentChildren;
  mistake?: string | null;
  required?: boolean;
  id?: string;
}

interface Described extends FieldLook {
  id: string;
}

// What stands beside a control, and the names under which the control points to it.
function describedBy({ help, mistake, id }: Described, more = ""): string | undefined {
  return [more, help ? `${id}-help` : "", mistake ? `${id}-mistake` : ""].filter(Boolean).join(" ") || undefined;
}

function LabelText({ label, required }: FieldLook) {
  return (
    <>
      {label}
      {required && <span class="dads-field__required">{t("field.required")}</span>}
    </>
  );
}

function Help({ help, id }: Described) {
  if (!help) return null;
  return (
    <div class="dads-field__help" id={`${id}-help`}>
      {help}
    </div>
  );
}

interface ControlAttributes {
  id: string;
  "aria-required": true | undefined;
  "aria-invalid": true | undefined;
  "aria-describedby": string | undefined;
}

// One control under its label.
function Labelled({ look, children }: { look: FieldLook; children: (attributes: ControlAttributes) => ComponentChildren }) {
  const own = useId();
  const described = { ...look, id: look.id ?? own };
  const { id, mistake } = described;
  return (
    <div class="dads-field" data-mistake={mistake ? true : undefined}>
      <label class="dads-field__label" for={id}>
        <LabelText {...look} />
      </label>
      <Help {...described} />
      {children({ id, "aria-required": look.required || undefined, "aria-invalid": mistake ? true : undefined, "aria-describedby": describedBy(described) })}
      {mistake && <Mistake id={`${id}-mistake`} text={mistake} />}
    </div>
  );
}

// Several controls under one label.
function Grouped({ look, kind, layout, children }: { look: Described; kind?: string; layout?: string; children: ComponentChildren }) {
  return (
    <fieldset class={`dads-group${kind ? ` ${kind}` : ""}`} data-layout={layout} aria-describedby={describedBy(look)} data-mistake={look.mistake ? true : undefined}>
      <legend class="dads-field__label">
        <LabelText {...look} />
      </legend>
      <Help {...look} />
      {children}
      {look.mistake && <Mistake id={`${look.id}-mistake`} text={look.mistake} />}
    </fieldset>
  );
}

export function Mistake({ id, text }: { id?: string; text: string }) {
  return (
    <p class="dads-field__mistake" id={id}>
      <Icon name="alert" />
      {text}
    </p>
  );
}

interface Passed {
  autocomplete?: string;
  autocapitalize?: "none" | "sentences";
  spellcheck?: boolean;
  name?: string;
  inputMode?: "text" | "numeric" | "tel" | "email";
  maxLength?: number;
}
type InputProperties = FieldLook & { value: string; onValue: (value: string) => void; width?: "short" | "medium" | "full"; type?: "text" | "password" | "tel" } & Passed;

export function TextField({ label, help, mistake, required, id, value, onValue, width = "full", type = "text", ...rest }: InputProperties) {
  return (
    <Labelled look={{ label, help, mistake, required, id }}>
      {(attributes) => <input {...rest} {...attributes} type={type as "text"} class="dads-input" data-width={width} value={value} onInput={(event) => onValue(event.currentTarget.value)} />}
    </Labelled>
  );
}

type TextAreaProperties = FieldLook & { value: string; onValue: (value: string) => void; rows?: number; maxLength?: number };

export function TextArea({ value, onValue, rows = 4, maxLength, ...look }: TextAreaProperties) {
  return <Labelled look={look}>{(attributes) => <textarea {...attributes} class="dads-input" rows={rows} maxLength={maxLength} value={value} onInput={(event) => onValue(event.currentTarget.value)} />}</Labelled>;
}

// A file of this machine; null: none is chosen.
export function FileField({ onFile, accept, ...look }: FieldLook & { onFile: (file: File | null) => void; accept?: string }) {
  return <Labelled look={look}>{(attributes) => <input {...attributes} type="file" class="dads-file" accept={accept} onChange={(event) => onFile(event.currentTarget.files?.[0] ?? null)} />}</Labelled>;
}

export interface Choice {
  value: string;
  label: string;
  help?: string;
}
export interface ChoiceGroup {
  label: string;
  choices: Choice[];
}

type SelectProperties = FieldLook & { value: string; onValue: (value: string) => void; choices: Choice[]; groups?: ChoiceGroup[]; width?: "short" | "medium" | "full" };

export function Select({ value, onValue, choices, groups = [], width = "medium", ...look }: SelectProperties) {
  const options = (list: Choice[]) =>
    list.map((choice) => (
      <option key={choice.value} value={choice.value} selected={choice.value === value}>
        {choice.label}
      </option>
    ));
  return (
    <Labelled look={look}>
      {(attributes) => (
        <div class="dads-select" data-width={width}>
          <select {...attributes} class="dads-input" value={value} onChange={(event) => onValue(event.currentTarget.value)}>
            {options(choices)}
            {groups.map((group) => (
              <optgroup key={group.label} label={group.label}>
                {options(group.choices)}
              </optgroup>
            ))}
          </select>
          <Icon name="down" />
        </div>
      )}
    </Labelled>
  );
}

// One of few, all in sight.
export function RadioGroup({ label, help, mistake, required, value, onValue, choices, layout = "rows" }: FieldLook & { value: string; onValue: (value: string) => void; choices: Choice[]; layout?: "rows" | "line" }) {
  const id = useId();
  return (
    <Grouped look={{ label, help, mistake, required, id }} layout={layout}>
      <div class="dads-group__choices">
        {choices.map((choice) => (
          <label class="dads-choice" key={choice.value}>
            <input type="radio" name={id} value={choice.value} checked={value === choice.value} onChange={() => onValue(choice.value)} />
            <span>
              {choice.label}
              {choice.help && <small>{choice.help}</small>}
            </span>
          </label>
        ))}
      </div>
    </Grouped>
  );
}

export function Checkbox({ label, help, checked, onValue }: { label: ComponentChildren; help?: string; checked: boolean; onValue: (checked: boolean) => void }) {
  return (
    <label class="dads-choice">
      <input type="checkbox" checked={checked} onChange={(event) => onValue(event.currentTarget.checked)} />
      <span>
        {label}
        {help && <small>{help}</small>}
      </span>
    </label>
  );
}

export interface TimeValue {
  year: string;
  month: string;
  day: string;
  clock: string;
}
export const noTime: TimeValue = { year: "", month: "", day: "", clock: "" };
export const isNoTime = (value: TimeValue) => !value.year && !value.month && !value.day && !value.clock;
export const timeOf = (value: TimeValue) => japaneseTime(value.year, value.month, value.day, value.clock);

// A time of Japan as numbers that are typed: year, month, day, clock; reads back what it understood, with 和暦.
export function TimeField({ label, help, mistake, required, value, onValue }: FieldLook & { value: TimeValue; onValue: (value: TimeValue) => void }) {
  const id = useId();
  const look = { label, help, mistake, required, id };
  const understood = timeOf(value);
  const described = describedBy(look, `${id}-read`);
  const part = (name: keyof TimeValue, mark: string, size: number) => (
    <label class="dads-time__part" data-part={name}>
      <input
        class="dads-input"
        inputMode={name === "clock" ? "text" : "numeric"}
        autocomplete="off"
        size={size}
        value={value[name]}
        onInput={(event) => onValue({ ...value, [name]: event.currentTarget.value })}
        aria-invalid={mistake ? true : undefined}
        aria-describedby={described}
      />
      <span>{mark}</span>
    </label>
  );
  return (
    <Grouped look={look} kind="dads-time">
      <div class="dads-time__parts">
        {part("year", t("time.year"), 5)}
        {part("month", t("time.month"), 3)}
        {part("day", t("time.day"), 3)}
        {part("clock", t("time.clock"), 6)}
        <button type="button" class="dads-button" data-kind="text" data-size="small" onClick={() => onValue(japaneseParts(now.peek()))}>
          {t("time.now")}
        </button>
      </div>
      <p class="dads-time__read" id={`${id}-read`}>
        {understood ? fullTime(understood) : isNoTime(value) ? t("time.none") : t("time.not_understood")}
      </p>
    </Grouped>
  );
}
