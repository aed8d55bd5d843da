// @ts-check
(() => {
  /** @param {string} text */
  const tell = (text) => {
    const when = document.getElementById('when');
    if (when) when.textContent = text;
  };
  connectToHost(
    { name: 'appointment-card', version: '1.0.0' },
    {
      onResult: ({ day, time }) => tell(day ? `${day}, ${time}` : 'You have no appointment.'),
      onFailure: tell,
    },
  );
})();
