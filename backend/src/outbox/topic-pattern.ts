/**
 * An AMQP topic pattern as a regular expression, the same for JavaScript and PostgreSQL: "*" is one word between
 * dots, "#" any number of them.
 */
export function topicExpression(pattern: string): string {
  const [first = '', ...rest] = pattern.split('.')
  // With "#" in front, the dot belongs to what "#" stands for; the first other word ends that.
  let expression = first === '#' ? '' : wordExpression(first)
  let isOpen = first === '#'
  for (const word of rest) {
    if (isOpen) {
      if (word === '#') continue
      expression += `([^.]*\\.)*${wordExpression(word)}`
      isOpen = false
    } else expression += word === '#' ? '(\\.[^.]*)*' : `\\.${wordExpression(word)}`
  }
  return `^${isOpen ? '.*' : expression}$`
}

function wordExpression(word: string): string {
  return word === '*' ? '[^.]*' : word.replace(/[^a-z0-9_-]/gi, (character) => `\\${character}`)
}
