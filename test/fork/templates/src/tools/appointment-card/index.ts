import { RESOURCE_MIME_TYPE } from '@modelcontextprotocol/ext-apps/server';
import { z } from 'zod';
import { brand } from '../../brand.js';
import { nextAppointment } from '../../clinic/appointments.js';
import { icons } from '../../icons.js';
import { defineResource, defineTool, structured } from '../../platform/mcp/define.js';
import { loadCard } from '../../platform/ui/card.js';

const CARD_URI = `ui://${brand.uriScheme}/appointment-card`;

/** The card needs no permission from the host's sandbox. */
const CARD_META = { ui: { csp: { connectDomains: [], resourceDomains: [] } } };

const render = loadCard(import.meta.dirname, brand);

/** An MCP App: hosts that can show it read the resource below and fill it in from the structured answer. */
export const appointmentCard = defineTool({
  name: 'appointment_card',
  title: 'Next appointment',
  description: 'Shows the next appointment of the patient who is signed in.',
  outputSchema: z.object({ day: z.string(), time: z.string() }),
  annotations: { readOnlyHint: true, openWorldHint: false },
  icons: icons.calendar,
  scopes: ['read'],
  ui: { resourceUri: CARD_URI, visibility: ['model'] },
  handler: async (_args, { caller, store }) => {
    const today = new Date().toISOString().slice(0, 10);
    const next = await nextAppointment(store, caller.id, today);
    return structured({ day: next?.day ?? '', time: next?.time ?? '' });
  },
});

export const appointmentCardResource = defineResource({
  name: 'appointment-card',
  uri: CARD_URI,
  title: 'Next appointment',
  description: 'The card that appointment_card shows',
  mimeType: RESOURCE_MIME_TYPE,
  _meta: CARD_META,
  icons: icons.calendar,
  scopes: ['read'],
  listed: (caller) => caller.kind === 'user',
  read: () => ({
    contents: [{ uri: CARD_URI, mimeType: RESOURCE_MIME_TYPE, text: render({}), _meta: CARD_META }],
  }),
});
