import { Stack, Table, Text, Title } from '@mantine/core'
import { type OpenApi, type Operation, resolve, type Schema, typeLabel, unwrapped } from './openapi'

const json = 'application/json'

export function EndpointDetails({ document, operation }: { document: OpenApi; operation: Operation }) {
  const body = operation.requestBody?.content?.[json]?.schema
  const answer = operation.responses?.['200']?.content?.[json]?.schema
  return (
    <Stack gap="md">
      {operation.description !== undefined && <Text size="sm">{operation.description}</Text>}
      {(operation.parameters?.length ?? 0) > 0 && (
        <Fields
          title="Parameters"
          rows={(operation.parameters ?? []).map((parameter) => ({
            name: parameter.name,
            type: `${typeLabel(parameter.schema)}, ${parameter.in}`,
            description: parameter.description ?? parameter.schema?.description,
            required: parameter.required ?? false,
          }))}
        />
      )}
      {body !== undefined && <SchemaFields title="Request body" document={document} schema={body} />}
      {answer !== undefined && <SchemaFields title="Answer" document={document} schema={answer} />}
    </Stack>
  )
}

function SchemaFields({ title, document, schema }: { title: string; document: OpenApi; schema: Schema }) {
  const resolved = resolve(document, schema)
  const properties = Object.entries(resolved?.properties ?? {})
  return (
    <Fields
      title={`${title}: ${typeLabel(schema)}`}
      rows={properties.map(([name, property]) => ({
        name,
        type: typeLabel(property),
        description: [unwrapped(property).description, enumText(document, property)]
          .filter(Boolean)
          .join(' '),
        required: resolved?.required?.includes(name) ?? false,
      }))}
    />
  )
}

function enumText(document: OpenApi, property: Schema): string | undefined {
  const values = resolve(document, property.type === 'array' ? property.items : property)?.enum
  return values === undefined ? undefined : `One of ${values.join(', ')}.`
}

interface FieldsProps {
  readonly title: string
  readonly rows: readonly {
    readonly name: string
    readonly type: string
    readonly description: string | undefined
    readonly required: boolean
  }[]
}

function Fields({ title, rows }: FieldsProps) {
  return (
    <div>
      <Title order={3} size="h3" mb={4}>
        {title}
      </Title>
      {rows.length === 0 ? (
        <Text size="sm" c="dimmed">
          No fields.
        </Text>
      ) : (
        <Table fz="xs" verticalSpacing={5} horizontalSpacing={8} aria-label={title}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Field</Table.Th>
              <Table.Th>Type</Table.Th>
              <Table.Th>Meaning</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map(({ name, type, description, required }) => (
              <Table.Tr key={name}>
                <Table.Td className="mono" style={{ overflowWrap: 'anywhere' }}>
                  {name}
                  {required && <span title="required"> *</span>}
                </Table.Td>
                <Table.Td className="mono" style={{ overflowWrap: 'anywhere' }}>
                  {type}
                </Table.Td>
                <Table.Td style={{ overflowWrap: 'anywhere' }}>{description}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </div>
  )
}
