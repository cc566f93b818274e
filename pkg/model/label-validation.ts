/** Bytes of UTF-8 that a label's name or value may have. */
const longest = 63;
const longestPrefix = 253;

const name = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const value = `(${name})?`;
const domainLabel = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const domain = `${domainLabel}(\\.${domainLabel})*`;

const namePattern = new RegExp(`^${name}$`);
const valuePattern = new RegExp(`^${value}$`);
const domainPattern = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;

const charactersOf =
  "consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const nameRule = `must ${charactersOf} (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '${name}')`;
const valueRule = `a valid label must be an empty string or ${charactersOf} (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '${value}')`;
const domainRule = `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${domain}')`;

/** What is wrong with a label key, in Kubernetes' words; empty when nothing is. */
export function problemsOfLabelKey(key: string): readonly string[] {
  const parts = key.split('/');
  if (parts.length > 2) {
    return [`a qualified name ${nameRule} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  }
  const prefix = parts.length === 2 ? parts[0] : undefined;
  return [...problemsOfPrefix(prefix), ...problemsOfName(parts.at(-1) ?? '')];
}

/** What is wrong with a label value, in Kubernetes' words; empty when nothing is. */
export function problemsOfLabelValue(text: string): readonly string[] {
  const problems: string[] = [];
  if (isLonger(text, longest)) problems.push(tooLong(longest));
  if (!valuePattern.test(text)) problems.push(valueRule);
  return problems;
}

function problemsOfPrefix(prefix: string | undefined): readonly string[] {
  if (prefix === undefined) return [];
  if (prefix === '') return ['prefix part must be non-empty'];
  const problems: string[] = [];
  if (isLonger(prefix, longestPrefix)) problems.push(`prefix part ${tooLong(longestPrefix)}`);
  // Label by label: the whole expression at once can backtrack over a hostile prefix.
  if (!prefix.split('.').every((label) => domainPattern.test(label))) problems.push(`prefix part ${domainRule}`);
  return problems;
}

function problemsOfName(text: string): readonly string[] {
  const problems: string[] = [];
  if (text === '') problems.push('name part must be non-empty');
  if (isLonger(text, longest)) problems.push(`name part ${tooLong(longest)}`);
  if (!namePattern.test(text)) problems.push(`name part ${nameRule}`);
  return problems;
}

const isLonger = (text: string, bytes: number): boolean => Buffer.byteLength(text) > bytes;

const tooLong = (bytes: number): string => `must be no more than ${bytes} characters`;
