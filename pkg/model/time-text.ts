const earliest = Date.parse('0000-01-01T00:00:00Z');
const latest = Date.parse('9999-12-31T23:59:59Z');

const secondsPerDay = 86_400;
const daysPerEra = 146_097;
/** From 1 March of the year 0 to 1970. Years are counted from March, so that a leap day comes last. */
const daysBefore1970 = 719_468;

/** How many texts are remembered: what a long list holds was measured within the last minutes. */
const remembered = 256;
const secondsOf = new Float64Array(remembered).fill(Number.NaN);
const texts: string[] = new Array<string>(remembered).fill('');

/**
 * A moment as the Kubernetes API prints it: UTC, whole seconds, RFC 3339. One whose year has not four digits becomes
 * the nearest that has. Long lists hold two per object, most of which were printed a moment ago.
 */
export function timeText(epochMs: number): string {
  const seconds = Math.floor(Math.min(Math.max(epochMs, earliest), latest) / 1000);
  const place = Math.abs(seconds) % remembered;
  if (secondsOf[place] !== seconds) {
    secondsOf[place] = seconds;
    texts[place] = countedOut(seconds);
  }
  return texts[place] ?? '';
}

/** By hand: Date's own text takes several times as long. */
function countedOut(seconds: number): string {
  const day = Math.floor(seconds / secondsPerDay);
  const time = seconds - day * secondsPerDay;
  const minutes = Math.floor(time / 60);
  return `${dateText(day)}T${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}:${twoDigits(time % 60)}Z`;
}

/** The Gregorian date of a day counted from 1970: eras of 400 years repeat, years within one start in March. */
function dateText(day: number): string {
  const days = day + daysBefore1970;
  const era = Math.floor(days / daysPerEra);
  const ofEra = days - era * daysPerEra;
  const leapDays = Math.floor(ofEra / 1460) - Math.floor(ofEra / 36_524) + Math.floor(ofEra / 146_096);
  const yearOfEra = Math.floor((ofEra - leapDays) / 365);
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const fromMarch = Math.floor((5 * ofYear + 2) / 153);
  const date = ofYear - Math.floor((153 * fromMarch + 2) / 5) + 1;
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  const year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0);
  return `${String(year).padStart(4, '0')}-${twoDigits(month)}-${twoDigits(date)}`;
}

const twoDigits = (value: number): string => (value < 10 ? `0${value}` : `${value}`);
