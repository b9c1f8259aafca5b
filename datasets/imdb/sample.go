package imdb

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"

	"unroll/datasets"
)

// The sizes are multiples of the 200 reviews over which the wrong labels repeat.
const (
	sampleTrain = 4000
	sampleTest  = 1000
)

// Sample writes a corpus of film reviews for where IMDB cannot be reached: 4,000
// to train and 1,000 to test, 20 to 90 words each, no two alike, half of either
// part labelled positive. The seed decides every byte, on any platform. Sample is
// safe for concurrent use.
//
// The texts come from a grammar with some 520 words. A review tells the plot,
// often with an opinion in between, and closes with a verdict of two or three
// clauses. Half of the verdicts begin with the contrary ("although the plot is
// witty, it is a dull film"), and so do half of the opinions before; one clause in
// eleven denies the opposite of what it says ("not good", "nobody could call the
// songs dull"); and most words that tell are rare. So order matters, and the
// frequent words do not say much.
//
// How well a model can do, with seed 1, training on its part train:
//
//   - 97 % is the most, for exactly 3 % of the labels in each part are wrong; a
//     reader who knows the grammar reaches it by the last clause that has an
//     opinion;
//   - 84 % of the part test is what a logistic regression on the counts of all words gets;
//   - 65 % is left if it counts the 100 most frequent words of the part train alone.
//
// The tests repeat the three measurements.
func Sample(seed uint64) *Reviews {
	w := &writer{rng: rand.New(rand.NewPCG(seed, 0)), rules: sampleRules()}
	seen := make(map[string]bool, sampleTrain+sampleTest)
	r := &Reviews{Name: "sample", Source: "5,000 reviews written by a grammar, not by people"}
	for _, part := range []struct {
		name string
		n    int
	}{{"train", sampleTrain}, {"test", sampleTest}} {
		r.Records = append(r.Records, w.reviews(part.name, part.n, seen)...)
	}
	return r
}

// writer expands the grammar with one stream of random numbers.
type writer struct {
	rng   *rand.Rand
	rules map[string][]string
}

// reviews writes n reviews in random order whose texts are not in seen, and adds
// them to it.
func (w *writer) reviews(part string, n int, seen map[string]bool) []datasets.Record {
	out := make([]datasets.Record, 0, n)
	for len(out) < n {
		i := len(out)
		verdict := i%2 == 0
		text := w.review(verdict)
		if seen[text] {
			continue
		}
		seen[text] = true
		// Wrong labels: 3 %. Verdicts alternate, so both labels get half of them.
		if i%200 < 6 {
			verdict = !verdict
		}
		r := datasets.Record{Text: text, Label: Negative, Part: part}
		if verdict {
			r.Label = Positive
		}
		out = append(out, r)
	}
	w.rng.Shuffle(n, func(i, j int) { out[i], out[j] = out[j], out[i] })
	for i := range out {
		out[i].ID = "sample/" + part + "/" + strconv.Itoa(i)
	}
	return out
}

// review writes one text whose verdict on the film is good or bad.
func (w *writer) review(verdict bool) string {
	words := strings.Fields(w.expand("{review}", verdict))
	start := true
	for i, s := range words {
		if s == "a" && i+1 < len(words) && strings.ContainsRune("aeiou", rune(words[i+1][0])) {
			s = "an"
		}
		if start {
			s = strings.ToUpper(s[:1]) + s[1:]
		}
		words[i], start = s, strings.ContainsAny(s, ".?")
	}
	return strings.Join(words, " ")
}

// expand replaces every {name} in s by an alternative of that rule, expanded in
// turn, until none is left.
func (w *writer) expand(s string, verdict bool) string {
	before, rest, found := strings.Cut(s, "{")
	if !found {
		return s
	}
	name, after, _ := strings.Cut(rest, "}")
	v := verdict
	if name[0] == '!' {
		name, v = name[1:], !verdict
	}
	alts, ok := w.rules[name]
	if !ok && v {
		alts = w.rules[name+"+"]
	} else if !ok {
		alts = w.rules[name+"-"]
	}
	text := w.expand(alts[w.zipf(len(alts))], v)
	for stutters(text) {
		text = w.expand(alts[w.zipf(len(alts))], v)
	}
	return before + text + w.expand(after, verdict)
}

// stutters reports whether a sentence of text has a telling word twice.
func stutters(text string) bool {
	for sentence := range strings.SplitSeq(text, ".") {
		words := strings.Fields(strings.ReplaceAll(sentence, ",", ""))
		for i, word := range words {
			if len(word) > 2 && slices.Contains(words[:i], word) && !strings.Contains("the and who are not", word) {
				return true
			}
		}
	}
	return false
}

// zipf draws from 0 … n-1, k with a probability proportional to 1/(k+4).
func (w *writer) zipf(n int) int {
	k, _ := slices.BinarySearch(zipfSums[:n], w.rng.IntN(zipfSums[n-1])+1)
	return k
}

// zipfSums[k] is the sum of the weights of 0 … k, in integers because sums of
// floats might differ between platforms.
var zipfSums = func() (sums [100]int) {
	sum := 0
	for k := range sums {
		sum += 100_000 / (k + 4)
		sums[k] = sum
	}
	return sums
}()

// sampleRules parses the grammar: a line "name: a | b | c" begins a rule,
// further lines that begin with a tab continue it.
var sampleRules = sync.OnceValue(func() map[string][]string {
	rules := make(map[string][]string)
	for line := range strings.SplitSeq(strings.ReplaceAll(sampleGrammar, "\n\t", " "), "\n") {
		name, alts, found := strings.Cut(line, ":")
		if !found {
			continue
		}
		for alt := range strings.SplitSeq(alts, "|") {
			rules[name] = append(rules[name], strings.TrimSpace(alt))
		}
	}
	return rules
})

// sampleGrammar is all that the reviews are made of. {name} expresses the opinion
// in hand and {!name} its opposite; the rule "name+" serves where that is good and
// "name-" where it is bad. Alternatives become rarer from left to right, and one
// given several times is as many times as likely. The verdict is in {end}; an
// {aside} agrees with it.
const sampleGrammar = `
review: {open} {plot} {!remark} {end} | {open} {plot} {end} {aside} | {open} {plot} {remark} {end} | {open} {!remark} {plot} {end} {aside}
	| {plot} {remark} {end} {aside} | {open} {plot} {!remark} {end} {coda} | {open} {remark} {end} | {open} {plot} {plot} {end} {coda}
	| {open} {plot} {remark} {end} {aside} | {plot} {!remark} {remark} {end}
open: I watched this {genre} {when}. | my {friend} took me to this {genre} {when}. | this is a {genre} about {theme} and {theme}.
	| {name} and {name} star in this {genre} about {theme}. | this is the second {genre} by {name}.
	| I had read the book by {name} before I saw this {genre} {when}. | this {genre} by {name} was shown at the festival {when}.
	| my {friend} gave me the disc {when}. | there was a {genre} on television {when}.
plot: the story follows {hero} who {does}. | it is the story of {hero} who {does} and {does}. | {name} plays {hero} who {does}.
	| when {hero} {does}, {hero} {does}. | most of it is set in {place}, where {hero} {does}.
	| in {place} {hero} {does}, and then {hero} {does}. | {name} is {hero} and {name} is {hero} who {does}.
	| the first half shows how {hero} {does}. | it begins with a {job} in {place} and ends with {thing}.
hero: a {job} | a {trait} {job} | the {job} of {place} | the {trait} {job} | a {job} from {place}
does: meets a {job} | returns to {place} | looks for {thing} | finds {thing} in {place} | falls in love with a {job} | steals {thing} from a {job}
	| moves to {place} | must choose between {theme} and {theme} | learns about {theme} | sells {thing} to a {job}
	| dreams of {place} | waits for a {job} in {place} | writes to a {job} | travels with a {trait} {job}
remark: {claim}. | {claim}, and {claim}. | I think that {claim}.
end: {turn} {claim}, and {final}. | {turn} {claim}. {claim}, and {final}. | {turn} {final}, and {claim}. | {turn} {final}. {claim}, and {claim}. | {turn} {claim}, {claim}, and {final}.
turn: although {!claim}, | in the end | my {friend} called it {!adj}, yet | to my mind | {!claim}, but | now I can say that
	| the first hour is {!adj}, but then | as always, | for all its {!noun}, | when it was over I knew that
	| I expected something {!adj}, but | so | the trailer looked {!adj}, yet
final: {said} | {said} | {said} | {said} | {said} | {said} | {denied}
said: it is a {adj} {film} | I {love} it | the whole thing is {very} {adj} | the {film} {works} | it is a {adj} and {adj} {film}
	| I {love} every minute of it | it is full of {noun} | I left the cinema sure that it is {adj}
denied: it is not a {!adj} {film} | I never {!love} it | it is far from {!adj} | the {film} never {!works} | the result is anything but {!adj}
	| nobody could call it {!adj} | I would hardly call it {!adj} | there is nothing {!adj} in it
claim: {shown} | {shown} | {shown} | {shown} | {shown} | {shown} | {missed}
shown: the {part} is {adj} | the {part} is {very} {adj} | the {parts} are {adj} | {name} is {adj} as the {job} | the {part} {works}
	| {name} gives a {adj} performance | the {parts} are {adj} and {adj} | the {part} is full of {noun} | the {parts} are {very} {adj}
missed: the {part} is not {!adj} | the {parts} are not {!adj} | the {part} never {!works}
	| there is nothing {!adj} about the {part} | the {part} is hardly {!adj} | the {part} is far from {!adj} | nobody could call the {parts} {!adj}
coda: I saw it {when} with my {friend}. | it runs for about two hours. | the disc comes with a short film about {theme}.
	| {name} was there too. | there was a talk with {name} after the show. | it was filmed in {place}.
aside+: I will see it again with my {friend}. | my {friend} still talks about it. | you should see it too. | now I will also read the book. | we stayed for the whole talk and went home happy.
aside-: I only stayed for my {friend}. | even my {friend} fell asleep. | please do something else with your time. | why did they even make it? | we went home before the end.
very: very | really | quite | so | truly | rather | deeply | utterly | surprisingly | thoroughly | absolutely | completely | genuinely | unusually
film: film | movie | picture | production
genre: drama | comedy | thriller | western | mystery | musical | romance | war film | horror film | documentary | crime story | cartoon | ghost story
when: last week | last night | on a rainy Sunday | yesterday | some years ago | in March | at the weekend | after work
friend: sister | wife | brother | friend | husband | father | mother | daughter | neighbour | cousin
name: Anna Weber | Tom Hale | Maria Costa | Henry Lind | Ruth Abel | Paul Moreau | Nina Sato | Oscar Byrne | Clara Voss | Leo Marsh | Edith Kane | Hugo Reyes
part: story | acting | script | ending | music | plot | dialogue | direction | cast | camera work | pace | humour | photography | score | editing | opening | mood | finale
	| soundtrack | lighting | romance | middle act | love story | narration
parts: characters | actors | jokes | scenes | effects | songs | costumes | performances | sets | twists | fights | dances | chases | lines | stunts | flashbacks
theme: love | family | money | war | memory | faith | revenge | friendship | justice | freedom
trait: young | old | lonely | retired | married | rich | quiet | famous | nervous | widowed
job: detective | teacher | soldier | doctor | singer | farmer | lawyer | priest | painter | thief | nurse | sailor | waiter | writer | queen | boxer | pilot | judge
place: the city | a small town | Paris | the mountains | a village | Chicago | the desert | a hotel | London | a castle | the harbour | Mexico | a prison | Vienna
thing: a letter | the money | a gun | an old map | a child | a diary | the truth | a diamond | a photograph | the treasure | a horse | a key | a piano
love+: loved | enjoyed | liked | adored | admired | treasured | cherished | applauded
love-: hated | regretted | disliked | resented | loathed | despised | deplored | detested
works+: works | shines | soars | delights | sparkles | triumphs | succeeds | flows | glows | charms | dazzles | excels
works-: fails | drags | sags | stumbles | bores | misfires | disappoints | collapses | fizzles | flops | crawls | grates
noun+: charm | heart | wit | energy | warmth | beauty | promise | grace | style | wonder | tension | imagination | joy | magic | feeling | surprises
noun-: nonsense | holes | noise | faults | padding | vanity | boredom | gloom | confusion | bluster | cynicism | errors | kitsch | tedium | gaps | mistakes
adj+: good | great | funny | wonderful | beautiful | excellent | brilliant | moving | perfect | superb | clever | charming | lovely | fresh | gripping | touching | fascinating
	| delightful | memorable | powerful | warm | witty | elegant | stunning | tender | graceful | lively | inspired | thrilling | remarkable | terrific | splendid
	| haunting | subtle | sharp | radiant | bold | vivid | exciting | sincere | impressive | fantastic | enchanting | refreshing | hilarious | absorbing | amazing
	| magnificent | outstanding | poetic | playful | imaginative | heartfelt | riveting | masterful | marvellous | exquisite | irresistible | luminous | joyful
adj-: bad | boring | awful | terrible | poor | dull | stupid | weak | slow | silly | predictable | ridiculous | annoying | lazy | flat | cheap | horrible | tedious | clumsy
	| empty | tired | pointless | dreadful | forced | shallow | wooden | messy | bland | confusing | hollow | lame | stale | pathetic | forgettable | irritating
	| painful | ugly | cold | sloppy | muddled | lifeless | dreary | tiresome | mediocre | unbearable | pretentious | cheesy | amateurish | tasteless
	| incoherent | soulless | laughable | grating | dismal | feeble | trite | wretched | joyless | plodding | insipid
`
