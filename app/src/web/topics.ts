// arXiv's categories as topics: a short name for a chip, the full name for the page of a paper, and one of eight hues.
// Topics that are learned from the papers take their place later.

/** A hue is a class of the style sheet: `hue-1` … `hue-8`. */
export interface Topic {
  readonly code: string;
  readonly name: string;
  readonly fullName: string;
  readonly hue: number;
}

const OTHER_HUE = 8;

const TOPICS: ReadonlyMap<string, readonly [name: string, fullName: string, hue: number]> = new Map([
  ['cs.CL', ['Language', 'Computation and Language', 1]],
  ['cs.CV', ['Vision', 'Computer Vision and Pattern Recognition', 2]],
  ['cs.GR', ['Graphics', 'Graphics', 2]],
  ['cs.MM', ['Multimedia', 'Multimedia', 2]],
  ['eess.IV', ['Imaging', 'Image and Video Processing', 2]],
  ['cs.LG', ['Learning', 'Machine Learning', 3]],
  ['stat.ML', ['Statistical learning', 'Machine Learning (statistics)', 3]],
  ['cs.NE', ['Neural computing', 'Neural and Evolutionary Computing', 3]],
  ['cs.AI', ['AI', 'Artificial Intelligence', 4]],
  ['cs.MA', ['Agents', 'Multiagent Systems', 4]],
  ['cs.LO', ['Logic', 'Logic in Computer Science', 4]],
  ['cs.IR', ['Retrieval', 'Information Retrieval', 5]],
  ['cs.DB', ['Databases', 'Databases', 5]],
  ['cs.DL', ['Digital libraries', 'Digital Libraries', 5]],
  ['cs.SI', ['Networks of people', 'Social and Information Networks', 5]],
  ['cs.RO', ['Robotics', 'Robotics', 6]],
  ['eess.SY', ['Control', 'Systems and Control', 6]],
  ['cs.SY', ['Control', 'Systems and Control', 6]],
  ['cs.SD', ['Sound', 'Sound', 7]],
  ['eess.AS', ['Speech', 'Audio and Speech Processing', 7]],
  ['eess.SP', ['Signals', 'Signal Processing', 7]],
  ['cs.SE', ['Software', 'Software Engineering', 8]],
  ['cs.PL', ['Programming languages', 'Programming Languages', 8]],
  ['cs.CR', ['Security', 'Cryptography and Security', 8]],
  ['cs.DC', ['Distributed computing', 'Distributed, Parallel and Cluster Computing', 8]],
  ['cs.AR', ['Hardware', 'Hardware Architecture', 8]],
  ['cs.HC', ['People and machines', 'Human-Computer Interaction', 8]],
  ['cs.CY', ['Society', 'Computers and Society', 8]],
  ['cs.DS', ['Algorithms', 'Data Structures and Algorithms', 8]],
  ['cs.CE', ['Engineering', 'Computational Engineering, Finance, and Science', 8]],
  ['cs.IT', ['Information theory', 'Information Theory', 8]],
  ['quant-ph', ['Quantum', 'Quantum Physics', 8]],
  ['stat.ME', ['Statistics', 'Statistics: Methodology', 8]],
]);

/** A category that is not in the table is named by its code. */
export function topicOf(code: string): Topic {
  const [name, fullName, hue] = TOPICS.get(code) ?? [code, code, OTHER_HUE];
  return { code, name, fullName, hue };
}
