// Three sounds told apart without looking: two rising notes for right, a low buzz for wrong, one soft note for saved.
const tones = (() => {
  const NOTES = {
    accepted: { wave: "sine", notes: [[880, 0, 0.09], [1320, 0.1, 0.14]], shake: [60] },
    refused: { wave: "square", notes: [[196, 0, 0.22], [147, 0.26, 0.34]], shake: [200, 80, 200] },
    saved: { wave: "triangle", notes: [[523, 0, 0.28]], shake: [40, 60, 40] },
  };
  NOTES.conflict = NOTES.refused;
  let context = null;

  function note(wave, [pitch, start, length]) {
    const sound = context.createOscillator();
    const volume = context.createGain();
    const at = context.currentTime + start;
    sound.type = wave;
    sound.frequency.value = pitch;
    volume.gain.setValueAtTime(0.25, at);
    volume.gain.exponentialRampToValueAtTime(0.001, at + length);
    sound.connect(volume).connect(context.destination);
    sound.start(at);
    sound.stop(at + length);
  }

  // fate: accepted | refused | conflict | saved. A tablet without sound or vibration stays silent.
  return function play(fate) {
    const tone = NOTES[fate];
    if (!tone) return;
    document.dispatchEvent(new CustomEvent("stowline:fate", { detail: { fate } }));
    if (navigator.vibrate) navigator.vibrate(tone.shake);
    const Sound = window.AudioContext || window.webkitAudioContext;
    if (!Sound) return;
    context = context || new Sound();
    if (context.state === "suspended") context.resume();
    tone.notes.forEach((one) => note(tone.wave, one));
  };
})();
