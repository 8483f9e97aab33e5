/* Words by which pages name their parts: in classes and ids, roles, and the short lines around a text. */
#ifndef READ_PAGE_WORDS_H
#define READ_PAGE_WORDS_H

#include "sv.h"

enum word_sense { SENSE_NONE, SENSE_BOILERPLATE, SENSE_BODY };

/* Of a class or id attribute: its words are parted at '-', '_', spaces and capitals. */
enum word_sense page_sense(struct sv names);
bool page_is_boilerplate_role(struct sv role);
/* "Read more", "Advertisement", "Follow us on …". */
bool page_is_boilerplate_line(struct sv line);

#endif
