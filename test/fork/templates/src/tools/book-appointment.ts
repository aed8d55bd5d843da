import { z } from 'zod';
import { bookAppointment as book } from '../clinic/appointments.js';
import { icons } from '../icons.js';
import {
  acceptedContent,
  defineTool,
  inputRequired,
  structured,
  type ToolContext,
  toolError,
} from '../platform/mcp/define.js';
import type { Services } from '../services.js';

export const bookAppointment = defineTool({
  name: 'book_appointment',
  title: 'Book an appointment',
  description:
    'Books an appointment on a day. The patient chooses the time in a form. Ask for the day first.',
  inputSchema: z.object({ day: z.iso.date().describe('The day, such as 2026-03-02') }),
  outputSchema: z.object({ appointment_id: z.string(), day: z.string(), time: z.string() }),
  annotations: { destructiveHint: false, openWorldHint: false },
  icons: icons.calendar,
  scopes: ['appointments:write'],
  handler: async ({ day }, context: ToolContext<Services>) => {
    const { caller, canElicit, sealState, sdk, services, signal, store } = context;
    if (!canElicit) return toolError('This application cannot show a form. The patient can call the clinic.');
    const free = await services.practice.freeTimes(day, signal);
    const [first, ...others] = free;
    if (first === undefined) return toolError(`Nothing is free on ${day}. Ask for another day.`);

    const form = z.object({ time: z.enum([first, ...others]).describe('When to come') });
    if (context.openState<{ day: string }>()?.day !== day) {
      return inputRequired({
        inputRequests: {
          time: inputRequired.elicit({ message: `When on ${day}?`, requestedSchema: form }),
        },
        requestState: await sealState({ day }),
      });
    }
    const chosen = acceptedContent(sdk.mcpReq.inputResponses, 'time', form);
    if (!chosen) return toolError('The patient chose no time. Nothing is booked.');
    const booked = await book(store, { username: caller.id, day, time: chosen.time });
    if (!booked) return toolError(`${chosen.time} on ${day} is taken by now. Call book_appointment again.`);
    return structured({ appointment_id: booked.id, day, time: booked.time });
  },
});
