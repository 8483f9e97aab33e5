/* Descriptors are what connections cost: as many as the system lets us have, and no end when there are none left. */
#ifndef PUBLISH_DESCRIPTORS_H
#define PUBLISH_DESCRIPTORS_H

/* Before the first socket. Sets the limit of this process as high as it may be; select(2) is used nowhere. */
void descriptors_raise(void);

#endif
