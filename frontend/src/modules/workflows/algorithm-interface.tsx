import type { AlgorithmSpec } from '@fairlead/proto/web/fairlead/workflows/v1/algorithms'
import { Code, Stack, Table, Text } from '@mantine/core'
import classes from './algorithm-interface.module.css'
import { parameterFacts } from './parameter-words'

/** What is run: the command as one reads it in a shell, or that the image decides. */
export function CommandText({ spec }: { spec: Pick<AlgorithmSpec, 'command' | 'arguments'> }) {
  const words = [...spec.command, ...spec.arguments]
  if (words.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        The image’s own entry point.
      </Text>
    )
  }
  return (
    <Code block className={classes.command ?? ''}>
      {spec.command.length === 0 && <span className={classes.entry}>(entry point of the image) </span>}
      {words.map(shellWord).join(' ')}
    </Code>
  )
}

function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

export function ParametersTable({ parameters }: Pick<AlgorithmSpec, 'parameters'>) {
  if (parameters.length === 0) {
    return (
      <Text size="sm" c="dimmed" p="md">
        It takes no parameters.
      </Text>
    )
  }
  return (
    <Table fz="sm" aria-label="Parameters">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Parameter</Table.Th>
          <Table.Th>Takes</Table.Th>
          <Table.Th visibleFrom="xs">Default</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {parameters.map((parameter) => (
          <Table.Tr key={parameter.name}>
            <Table.Td className={classes.what ?? ''}>
              <span className="mono">{parameter.name}</span>
              {parameter.description !== '' && (
                <Text size="xs" c="dimmed">
                  {parameter.description}
                </Text>
              )}
            </Table.Td>
            <Table.Td className={classes.what ?? ''}>{parameterFacts(parameter)}</Table.Td>
            <Table.Td visibleFrom="xs" className={classes.what ?? ''}>
              {parameter.defaultValue === '' ? '–' : <span className="mono">{parameter.defaultValue}</span>}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}

export function InputsTable({ inputs }: Pick<AlgorithmSpec, 'inputs'>) {
  if (inputs.length === 0) {
    return (
      <Text size="sm" c="dimmed" p="md">
        It reads no files.
      </Text>
    )
  }
  return (
    <Table fz="sm" aria-label="Inputs">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Input</Table.Th>
          <Table.Th>Files</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {inputs.map(({ name, description, optional, maxFiles }) => (
          <Table.Tr key={name}>
            <Table.Td className={classes.what ?? ''}>
              <span className="mono">/in/{name}/</span>
              {description !== '' && (
                <Text size="xs" c="dimmed">
                  {description}
                </Text>
              )}
            </Table.Td>
            <Table.Td>
              <Stack gap={0}>
                <span>{optional ? 'Optional' : 'Needed'}</span>
                <Text size="xs" c="dimmed">
                  {maxFiles === 1 ? '1 file' : `up to ${(maxFiles || 1000).toLocaleString('en')} files`}
                </Text>
              </Stack>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}
