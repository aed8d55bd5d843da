// @ts-check
(() => {
  /** @param {string} id */
  const element = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
  const [card, actions, roll, thanks] = ['card', 'actions', 'roll', 'thanks'].map(element);
  /** @param {string} text */
  const tell = (text) => {
    element('status').textContent = text;
  };
  // Text enters the page through textContent only.
  /** @param {any} data */
  const show = (data) => {
    if (typeof data?.username === 'string') element('name').textContent = data.username;
    if (typeof data?.message === 'string') element('message').textContent = data.message;
  };

  const host = connectToHost(
    { name: 'greeting-card', version: '1.0.0' },
    {
      onInput: show,
      onResult(data) {
        show(data);
        card.dataset.state = 'ready';
        tell('');
      },
      // In the place of the message, so that nothing on the card says otherwise.
      onFailure(reason) {
        card.dataset.state = 'failed';
        element('message').textContent = reason;
        tell('');
      },
      onReady({ callTools, sendMessages }) {
        roll.hidden = !callTools;
        thanks.hidden = !sendMessages;
        actions.hidden = roll.hidden && thanks.hidden;
      },
    },
  );

  /** @param {HTMLElement} button @param {() => Promise<void>} action @param {string} failure */
  const onClick = (button, action, failure) => {
    button.addEventListener('click', async () => {
      button.setAttribute('disabled', '');
      try {
        await action();
      } catch (error) {
        tell(`${failure}: ${error instanceof Error ? error.message : error}`.replace(/\.?$/, '.'));
      }
      button.removeAttribute('disabled');
    });
  };

  const rollDice = async () => {
    const { structuredContent, isError } = await host.callTool('roll_dice', { sides: 6 });
    const rolled = /** @type {any} */ (structuredContent)?.result;
    if (isError || !Number.isInteger(rolled)) throw new Error('the dice got lost');
    card.dataset.design = String(rolled);
    tell(`You rolled a ${rolled}.`);
  };
  const sayThanks = async () => {
    await host.sendMessage('Thanks for the greeting card!');
    tell('Sent.');
  };
  onClick(roll, rollDice, 'Could not roll');
  onClick(thanks, sayThanks, 'Could not send');
})();
