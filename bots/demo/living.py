"""Pictures of what grows and moves."""

from __future__ import annotations

from bots.demo.brush import INK, Canvas
from bots.demo.things import apple, cat, flower, sun, tree

GRASS = "#8cc579"


def cat_picture() -> Canvas:
    c = Canvas("#f7e7c8")
    c.ground(355, "#d98f6a")
    c.oval(300, 385, 190, 34, "#c27b59")
    cat(c, 300, 385, 155)
    return c


def tree_picture() -> Canvas:
    c = Canvas("#d9eef7")
    c.hill(180, 330, 460, GRASS)
    c.hill(520, 360, 380, "#7ab86a")
    tree(c, 300, 385, 150)
    return c


def fish_picture() -> Canvas:
    c = Canvas("#7cc5dd")
    c.ground(390, "#e9d9a6")
    for x, top in ((80, 260), (115, 305), (530, 280)):
        c.line([(x, 400), (x - 14, (top + 400) / 2), (x + 8, top)], "#3f9d78", width=14)
    c.shape([(410, 225), (525, 140), (505, 225), (525, 315)], "#ee7d3b")
    c.oval(290, 225, 160, 98, "#f59b4c")
    c.oval(330, 225, 22, 92, "#fff4e3")
    c.slice(300, 142, 70, 46, (180, 360), "#ee7d3b")
    c.dot(195, 200, 21, "#ffffff")
    c.dot(190, 200, 10, INK)
    c.bow(150, 240, 28, 16, (20, 120), INK, 5)
    for x, y, radius in ((95, 170, 14), (70, 120, 10), (105, 80, 7)):
        c.ring(x, y, radius, "#d6f0f7", width=4)
    return c


def potted_flower_picture() -> Canvas:
    c = Canvas("#e6ecf7")
    c.ground(370, "#b9c3dc")
    c.line([(300, 310), (300, 150)], "#4f9d5b", width=12)
    c.oval(255, 245, 46, 18, "#5bb068")
    c.oval(345, 215, 46, 18, "#5bb068")
    flower(c, 300, 130, 76, "#e56b8f")
    c.box(215, 285, 385, 318, "#b5613f", round_=8)
    c.shape([(228, 318), (372, 318), (345, 410), (255, 410)], "#c9734d")
    return c


def cactus_picture() -> Canvas:
    c = Canvas("#fbe6c2")
    sun(c, 490, 95, 42, rays=False)
    c.hill(200, 360, 520, "#e4bd7f")
    c.ground(395, "#d8a967")
    for left, top, right, bottom in ((262, 110, 338, 400), (165, 190, 213, 290), (387, 165, 435, 260)):
        c.box(left, top, right, bottom, "#4f9d5b", round_=24)
    c.box(165, 255, 300, 298, "#4f9d5b", round_=20)
    c.box(300, 225, 435, 268, "#4f9d5b", round_=20)
    for x in (284, 300, 316):
        for y in range(150, 380, 46):
            c.line([(x, y), (x, y + 16)], "#3f8049", width=3)
    c.dot(300, 108, 14, "#e56b8f")
    return c


def bird_picture() -> Canvas:
    c = Canvas("#d3ecf6")
    c.line([(0, 345), (600, 315)], "#8a6248", width=18)
    c.shape([(380, 220), (520, 190), (505, 245), (390, 265)], "#2f6fa8")
    c.oval(300, 235, 120, 88, "#3f8fd0")
    c.oval(270, 262, 80, 58, "#f6e3c0")
    c.dot(205, 170, 62, "#3f8fd0")
    c.shape([(150, 160), (98, 182), (152, 192)], "#f2a03d")
    c.dot(190, 158, 14, "#ffffff")
    c.dot(187, 158, 7, INK)
    c.oval(335, 230, 72, 42, "#2f6fa8")
    for x in (270, 310):
        c.line([(x, 318), (x, 335)], "#f2a03d", width=7)
    return c


def snail_picture() -> Canvas:
    c = Canvas("#e8f3d6")
    c.ground(350, "#a9cf86")
    c.oval(290, 345, 200, 30, "#d8b48a")
    c.line([(450, 345), (478, 250)], "#d8b48a", width=46)
    for x in (462, 500):
        c.line([(478, 240), (x, 165)], "#d8b48a", width=9)
        c.dot(x, 162, 11, INK)
    for radius, colour in ((118, "#b5713f"), (88, "#d18b52"), (58, "#b5713f"), (28, "#e6b27c")):
        c.dot(265 + (118 - radius) * 0.15, 230 + (118 - radius) * 0.12, radius, colour)
    c.bow(492, 260, 20, 14, (20, 130), INK, 4)
    return c


def apple_tree_picture() -> Canvas:
    c = Canvas("#d9eef7")
    c.ground(370, GRASS)
    tree(c, 280, 395, 160)
    for x, y in ((200, 150), (265, 105), (345, 145), (225, 215), (310, 205), (375, 195)):
        apple(c, x, y, 21)
    c.shape([(440, 330), (570, 330), (550, 400), (460, 400)], "#b17f57")
    for x, y in ((470, 325), (505, 318), (540, 325)):
        apple(c, x, y, 24)
    c.box(436, 330, 574, 346, "#8a5d38", round_=6)
    return c


def butterfly_picture() -> Canvas:
    c = Canvas("#e3f1fa")
    c.ground(385, GRASS)
    for x, top, petals in ((140, 215, "#e56b8f"), (300, 250, "#8f6fc4"), (465, 225, "#f2a03d")):
        c.line([(x, 420), (x, top)], "#4f9d5b", width=10)
        c.oval(x + 26, (top + 420) / 2, 30, 11, "#5bb068")
        flower(c, x, top, 62, petals)
    for side in (-1, 1):
        c.oval(300 + side * 46, 128, 46, 38, "#f0b429")
        c.oval(300 + side * 34, 182, 32, 28, "#ee7d3b")
        c.dot(300 + side * 52, 126, 13, "#fff4e3")
        c.line([(300, 108), (300 + side * 22, 72)], INK, width=4)
    c.oval(300, 152, 9, 52, INK)
    return c


def cat_in_window_picture() -> Canvas:
    c = Canvas("#d98f6a")
    for row in range(8):
        for at in range(-1, 8):
            x = at * 90 + (row % 2) * 45
            c.box(x, row * 58, x + 84, row * 58 + 52, "#c97f5b")
    c.box(120, 45, 480, 390, "#fffaf0")
    c.box(140, 65, 460, 370, "#35506b")
    cat(c, 300, 372, 118, "#8d8a9d")
    c.box(100, 370, 500, 400, "#fffaf0", round_=6)
    for x in (140, 412):
        c.shape([(x, 65), (x + 48, 65), (x + (0 if x < 300 else 48), 260)], "#e9c46a")
    return c
