#include "speech_words.h"

#include <stddef.h>

#define LIST(...)                 \
	(const char *const[])     \
	{                         \
		__VA_ARGS__, NULL \
	}

static const struct speech_words languages[] = {
	{ .tag = "en",
		.verbs = LIST("said", "says", "say", "told", "tells", "announced", "announces", "added", "adds",
			"stated", "states", "declared", "declares", "tweeted", "wrote", "writes", "noted", "notes",
			"explained", "explains", "warned", "warns", "argued", "argues", "insisted", "insists",
			"promised", "promises", "pledged", "pledges", "vowed", "vows", "replied", "claimed", "claims",
			"confirmed", "confirms", "denied", "denies", "emphasized", "emphasised", "stressed", "stresses",
			"urged", "urges", "reiterated", "reiterates", "acknowledged", "acknowledges", "testified",
			"asserted", "asserts", "remarked", "commented", "responded", "concluded", "conceded",
			"complained", "cautioned", "predicted", "recalled", "suggested", "suggests", "asked",
			"reported", "reports", "reaffirmed", "proclaimed", "alleged", "alleges", "admitted",
			"indicated", "observed", "tells", "posted", "quipped"),
		.according = LIST("according to", "in the words of"),
		.pronouns = LIST("he", "she"),
		.roles = LIST("spokesman", "spokeswoman", "spokesperson", "spokespeople", "official", "officials",
			"ministry", "government", "president", "minister", "secretary", "police", "agency", "agencies",
			"administration", "sources", "source", "department", "authorities", "embassy", "leaders",
			"lawmakers", "senator", "senators", "governor", "ambassador", "statement", "report", "critics",
			"analysts", "experts", "aides", "advisers", "campaign", "committee", "court", "judge",
			"prosecutors", "army", "military", "council", "commission", "group", "company", "diplomat",
			"diplomats", "republicans", "democrats", "economists", "researchers", "investigators",
			"delegation", "candidate", "director", "chairman", "chief", "adviser", "press"),
		.auxiliaries = LIST("has", "have", "had", "also", "later", "then", "earlier", "previously",
			"repeatedly", "again", "recently", "publicly", "further", "once", "now", "just", "already",
			"still"),
		.passives = LIST("was", "were", "is", "are", "be", "been", "being", "to", "not", "will", "would",
			"could", "can", "may", "might", "should"),
		.agents = LIST("by"),
		.openers = LIST("on", "in", "at", "during", "after", "before", "for", "with", "from", "by", "today",
			"yesterday", "meanwhile", "however", "earlier", "later", "also", "as", "while", "when", "last",
			"this", "still", "then", "since", "under", "though", "although", "instead", "but", "and", "yet",
			"so", "if"),
		.connectors = LIST("of", "for", "the", "'s", "s", "-", "de", "del", "la", "al", "van", "von", "bin",
			"at", "in", "to", "from", "on"),
		.joints = LIST("and", "&"),
		.breaks = LIST("that", "but", "because", "which", "who", "whom", "what", "while", "when", "where", "if",
			"as", "or", "than", "though", "although", "whether", "how", "why", "so", "he", "she", "it",
			"they", "we", "i", "you"),
		.enders = LIST("in", "on", "at", "during", "after", "before", "while", "when", "who", "whose", "that",
			"as", "about", "to", "by", "from", "last", "this", "earlier", "later", "today", "yesterday",
			"and", "but", "with", "following", "upon", "would", "will", "is", "was", "has", "had", "were",
			"are", "have"),
		.days = LIST("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "january",
			"february", "march", "april", "may", "june", "july", "august", "september", "october",
			"november", "december", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sept", "sep", "oct",
			"nov", "dec", "mon", "tue", "wed", "thu", "fri"),
		.articles = LIST("the", "a", "an") },
	{ .tag = "es",
		.verbs = LIST("dijo", "dice", "dicen", "dijeron", "senalo", "senala", "senalaron", "afirmo", "afirma",
			"afirmaron", "aseguro", "asegura", "aseguraron", "declaro", "declara", "declararon", "indico",
			"indica", "indicaron", "explico", "explica", "explicaron", "anuncio", "anuncia", "anunciaron",
			"agrego", "agrega", "agregaron", "anadio", "anade", "anadieron", "comento", "comenta",
			"expreso", "expresa", "sostuvo", "sostiene", "sostuvieron", "manifesto", "manifiesta",
			"informo", "informa", "informaron", "subrayo", "subraya", "destaco", "destaca", "destacaron",
			"reitero", "reitera", "reiteraron", "advirtio", "advierte", "advirtieron", "apunto", "apunta",
			"puntualizo", "preciso", "precisa", "confirmo", "confirma", "confirmaron", "nego", "niega",
			"negaron", "prometio", "promete", "considero", "considera", "recordo", "recuerda", "respondio",
			"responde", "insistio", "insiste", "escribio", "escribe", "tuiteo", "denuncio", "denuncia",
			"reconocio", "reconoce", "admitio", "admite", "aclaro", "aclara", "expuso", "detallo",
			"detalla", "enfatizo", "remarco", "acuso", "lamento", "celebro", "asevero", "relato", "conto",
			"exigio", "pidio", "argumento", "alego", "estimo", "estima"),
		.according = LIST("segun", "de acuerdo con", "de acuerdo a", "en palabras de", "a juicio de"),
		.pronouns = LIST("el", "ella"),
		.roles = LIST("portavoz", "portavoces", "vocero", "vocera", "voceros", "gobierno", "gobiernos",
			"presidente", "presidenta", "canciller", "ministro", "ministra", "ministerio", "secretario",
			"secretaria", "policia", "agencia", "funcionario", "funcionaria", "funcionarios", "autoridades",
			"fuentes", "embajada", "embajador", "embajadora", "mandatario", "mandataria", "director",
			"directora", "comision", "comite", "senador", "senadora", "diputado", "diputada", "gobernador",
			"gobernadora", "ejercito", "informe", "expertos", "analistas", "oposicion", "partido",
			"organismo", "dependencia", "institucion", "empresa", "juez", "jueza", "fiscal", "fiscalia",
			"titular", "jefe", "jefa", "lider", "vicepresidenta", "vicepresidente", "politico", "dirigente",
			"comunicado"),
		.auxiliaries = LIST("ha", "habia", "han", "habian", "tambien", "ya", "luego", "despues", "ademas",
			"asi", "lo", "le", "les", "se", "aun"),
		.passives = LIST("fue", "fueron", "es", "son", "ser", "sido", "no", "un", "una", "su", "este", "esta"),
		.agents = LIST("por"),
		.openers = LIST("en", "el", "durante", "tras", "al", "a", "hoy", "ayer", "mientras", "sin", "ademas",
			"por", "para", "con", "desde", "segun", "cuando", "como", "tambien", "asimismo", "pero", "y",
			"luego", "despues", "antes", "este", "esta", "ante"),
		.connectors = LIST("de", "del", "la", "las", "los", "el", "para", "-", "y", "en"),
		.joints = LIST("y", "e"),
		.breaks = LIST("que", "pero", "porque", "quien", "quienes", "cual", "mientras", "cuando", "donde", "si",
			"como", "o", "aunque", "ni", "se", "lo"),
		.enders = LIST("en", "durante", "tras", "al", "que", "este", "esta", "ante", "sobre", "desde", "hoy",
			"ayer", "a", "por", "quien", "cuando", "mientras", "luego", "despues", "antes", "con", "sin",
			"se", "y", "para", "ha", "fue", "es"),
		.days = LIST("lunes", "martes", "miercoles", "jueves", "viernes", "sabado", "domingo", "enero",
			"febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre",
			"noviembre", "diciembre"),
		.articles = LIST("el", "la", "los", "las", "un", "una"),
		.may_drop_subject = true },
};

const struct speech_words *speech_words_of(struct sv tag)
{
	for (size_t i = 0; i < sizeof languages / sizeof *languages; i++)
		if (sv_eq(sv_of(languages[i].tag), tag))
			return &languages[i];
	return &languages[0];
}

bool speech_is_word(const char *const *list, struct sv folded)
{
	for (; folded.n && *list; list++)
		if (**list == folded.p[0] && sv_eq(sv_of(*list), folded)) /* most differ in the first letter */
			return true;
	return false;
}
